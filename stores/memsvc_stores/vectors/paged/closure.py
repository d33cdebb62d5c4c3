"""Which postings vectors belong to: SPANN's closure (arXiv 2111.08566, section 3.2), some vectors at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CANDIDATES", "NONE", "Choice", "closure"]

CANDIDATES = 8
NONE = -1
# (1 + eps1)^2 with eps1 = .3: the distances are squared.
_SQUARED_SLACK = 1.69
# Heads nearer to each other than this, squared, are one as far as float16 can tell.
_SAME = 1e-3


@dataclass(frozen=True, slots=True)
class Choice:
    """For each vector the nearest head, a second one or -1, and the squared distance to the second."""

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    distance: NDArray[np.float32]


def closure(scores: NDArray[np.float32], near: NDArray[np.int32], heads: NDArray[np.float16]) -> Choice:
    """Choose for unit vectors among the unit heads `near` (n, candidates), best first, by inner products.

    The second head is the nearest one that is within (1 + eps1) times the distance of the first and nearer to
    the vector than to the first head (the RNG rule with factor 1).
    """
    distances = np.maximum(2.0 - 2.0 * scores, 0)
    candidates = heads[near].astype(np.float32)
    between = 2.0 - 2.0 * np.matmul(candidates, candidates[:, 0, :, None])[:, :, 0]
    fit = (distances <= _SQUARED_SLACK * distances[:, :1]) & (between > distances + _SAME)
    fit[:, 0] = False
    place = np.argmax(fit, axis=1)
    lines = np.arange(len(near))
    has = fit[lines, place]
    second = np.where(has, near[lines, place], NONE).astype(np.int32)
    return Choice(near[:, 0], second, distances[lines, place].astype(np.float32))
