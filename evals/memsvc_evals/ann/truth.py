"""The right answers: exact nearest vectors, and which share of them was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact_top", "recall"]

_BLOCK = 65_536
_TIE = 1e-6


def exact_top(vectors: NDArray[np.float16], queries: NDArray[np.float16], k: int) -> NDArray[np.int64]:
    """Return the k best rows (queries, k) by float32 inner product, ties by ascending row.

    Memory holds one block of vectors as float32, whatever their number.
    """
    asked = queries.astype(np.float32)
    rows = np.empty((len(asked), 0), np.int64)
    scores = np.empty((len(asked), 0), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = asked @ vectors[start : start + _BLOCK].astype(np.float32).T
        numbers = np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)
        rows, scores = _best(np.hstack([rows, numbers]), np.hstack([scores, block]), k)
    return rows


def _best(
    rows: NDArray[np.int64], scores: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if scores.shape[1] > 4 * k:
        kept = np.argpartition(-scores, 2 * k, axis=1)[:, : 2 * k]
        rows, scores = np.take_along_axis(rows, kept, 1), np.take_along_axis(scores, kept, 1)
    order = np.lexsort((rows, -scores), axis=1)[:, :k]
    return np.take_along_axis(rows, order, 1), np.take_along_axis(scores, order, 1)


def recall(
    found: Sequence[Sequence[int]],
    truth: NDArray[np.int64],
    k: int,
    *,
    vectors: NDArray[np.float16],
    queries: NDArray[np.float16],
) -> NDArray[np.float64]:
    """Return for each query which share of its k best was found; vectors of equal score stand for each other."""
    shares = np.empty(len(found))
    for i, ids in enumerate(found):
        query = queries[i].astype(np.float32)
        distinct = np.unique([row for row in ids[:k] if row >= 0]).astype(np.int64)
        scores = vectors[distinct].astype(np.float32) @ query
        least = vectors[truth[i, :k]].astype(np.float32) @ query
        shares[i] = np.count_nonzero(scores >= least.min() - _TIE) / min(k, len(least))
    return shares
