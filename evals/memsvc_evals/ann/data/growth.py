"""More vectors than there are: each real one with variants between it and its neighbours.

A variant is x + u (n1 - x) + w (n2 - x) + noise, normalised: n1 and n2 are random ones of the 10 nearest of x,
u is uniform in [.15, .6], w in [-.3, .3], the noise has a standard deviation of .012 per dimension.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.data.vectors import normalised
from memsvc_evals.ann.truth import exact_top

__all__ = ["BLOCK", "grow", "neighbours"]

BLOCK = 65_536
_NEAREST = 10
_NEAR, _FAR = (0.15, 0.6), (-0.3, 0.3)
_NOISE = 0.012


def neighbours(vectors: NDArray[np.float16]) -> NDArray[np.int64]:
    """Return the 10 nearest others of every vector."""
    best = exact_top(vectors, vectors, min(_NEAREST + 1, len(vectors)))
    own = best == np.arange(len(vectors))[:, None]
    own[~own.any(1), -1] = True  # twins crowd it out of its own list: then the last of them is left out
    others: NDArray[np.int64] = best[~own].reshape(len(vectors), -1)
    return others


def grow(path: Path, vectors: NDArray[np.float16], count: int, *, seed: int, step: Callable[[], None]) -> None:
    """Write `count` vectors, the real ones among them, in random order; memory holds one block.

    The same seed gives the same file.
    """
    near = neighbours(vectors)
    order = np.random.default_rng(seed).permutation(count)
    out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(count, vectors.shape[1]))
    for number, start in enumerate(range(0, count, BLOCK)):
        chosen = order[start : start + BLOCK]
        rng = np.random.default_rng((seed, number))
        base = chosen % len(vectors)
        rows = np.asarray(vectors[base])
        variants = np.flatnonzero(chosen >= len(vectors))
        rows[variants] = _variants(vectors, near, base[variants], rng)
        out[start : start + len(chosen)] = rows
        step()
    out.flush()


def _variants(
    vectors: NDArray[np.float16], near: NDArray[np.int64], base: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float16]:
    x = vectors[base].astype(np.float32)
    made = x.copy()
    for low, high in (_NEAR, _FAR):
        other = near[base, rng.integers(near.shape[1], size=len(base))]
        share = rng.uniform(low, high, (len(base), 1)).astype(np.float32)
        made += share * (vectors[other].astype(np.float32) - x)
    made += rng.standard_normal(x.shape, np.float32) * np.float32(_NOISE)
    return normalised(made)
