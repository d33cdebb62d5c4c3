"""The right answers: exact nearest vectors, and which share of them was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact_top", "recall"]

_BLOCK = 32_768
_QUERIES = 256
_TIE = 1e-6


def exact_top(vectors: NDArray[np.float16], queries: NDArray[np.float16], k: int) -> NDArray[np.int64]:
    """Return the k best rows (queries, k) by float32 inner product, best first; k is at most len(vectors).

    Memory holds one block of vectors as float32 and the scores of some queries, whatever their numbers.
    """
    asked = queries.astype(np.float32)
    rows = np.full((len(asked), k), -1, np.int64)
    scores = np.full((len(asked), k), -np.inf, np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK].astype(np.float32).T
        for first in range(0, len(asked), _QUERIES):
            some = slice(first, first + _QUERIES)
            rows[some], scores[some] = _merged(rows[some], scores[some], asked[some] @ block, start)
    return rows


def _merged(
    rows: NDArray[np.int64], scores: NDArray[np.float32], block: NDArray[np.float32], start: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    k = rows.shape[1]
    if block.shape[1] > k:
        new = np.argpartition(block, -k, axis=1)[:, -k:]
    else:
        new = np.broadcast_to(np.arange(block.shape[1]), block.shape)
    rows = np.hstack([rows, new + start])
    scores = np.hstack([scores, np.take_along_axis(block, new, 1)])
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
