"""Dataset folders: written, converted from other formats, normalised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc_evals.ann.dataset import DEPTH, array_digest
from memsvc_evals.ann.truth import exact_top

__all__ = ["finish", "normalised", "split", "write_rows"]

_BLOCK = 65_536


def normalised(rows: NDArray[Any]) -> NDArray[np.float16]:
    """Return rows of length 1 as float16; raises InvalidInput for a zero row."""
    wide = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if not np.all((lengths > 0) & np.isfinite(lengths)):
        raise InvalidInput("a vector is zero or not finite; it has no direction")
    unit: NDArray[np.float16] = (wide / lengths).astype(np.float16)
    return unit


def write_rows(path: Path, rows: NDArray[Any]) -> None:
    """Write rows normalised, block by block."""
    out = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=rows.shape)
    for start in range(0, len(rows), _BLOCK):
        out[start : start + _BLOCK] = normalised(rows[start : start + _BLOCK])
    out.flush()


def split(count: int, held: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the row numbers that stay and those that become queries, both ascending."""
    if held >= count:
        raise InvalidInput(f"of {count} vectors {held} cannot be queries")
    chosen = np.zeros(count, np.bool_)
    chosen[np.random.default_rng(seed).permutation(count)[:held]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def finish(
    folder: Path,
    queries: NDArray[np.float16],
    *,
    held: NDArray[np.float16] | None = None,
    manifest: Mapping[str, Any],
) -> None:
    """Write the queries beside x_f16.npy, the exact answers, and the manifest with the digests.

    `held` are vectors of the notes' own kind that are not among them: a second, easier set of queries.
    """
    vectors = np.load(folder / "x_f16.npy", mmap_mode="r")
    depth = min(DEPTH, len(vectors))
    np.save(folder / "q_f16.npy", queries)
    np.save(folder / "gt20.npy", exact_top(vectors, queries, depth))
    if held is not None and len(held):
        np.save(folder / "held_f16.npy", held)
        np.save(folder / "held_gt20.npy", exact_top(vectors, held, depth))
    document = {
        **manifest,
        "shape": list(vectors.shape),
        "queries": len(queries),
        "vectors_sha256": array_digest(vectors),
        "queries_sha256": array_digest(queries),
    }
    (folder / "manifest.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
