"""Exact inner products of a question with float16 rows."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.fastscan import borrow
from memsvc_stores.vectors.layout import row_bytes

__all__ = ["RowScorer"]

_FIRST_ROWS: Final = 256


class RowScorer:
    """Scores rows copied into its buffer. Not thread-safe: one for each thread.

    By faiss, which converts float16 in vector registers; numpy's conversion takes ten times as long.
    """

    def __init__(self, dimension: int) -> None:
        self._row_bytes = row_bytes(dimension)
        self._question = np.zeros((1, self._row_bytes // 2), np.float32)
        self._dimension = dimension
        self._index = _index(self._row_bytes // 2)
        self._room = np.empty((0, self._row_bytes), np.uint8)

    def buffer(self, n: int) -> NDArray[np.uint8]:
        """Return room for rows (n, row_bytes), good until more are asked for."""
        if n > len(self._room):
            rows = max(_FIRST_ROWS, n, 2 * len(self._room))
            # A new index, because growing would move the memory under arrays that are still held.
            self._index = _index(self._row_bytes // 2)
            self._index.codes.resize(rows * self._row_bytes)
            flat = borrow(self._index, self._index.codes.data(), rows * self._row_bytes)
            self._room = flat.reshape(rows, self._row_bytes)
        return self._room[:n]

    def score(self, query: NDArray[np.float32], n: int) -> NDArray[np.float32]:
        """Return the inner products of a question (dimension) with the first n rows of the buffer, in order."""
        index, scores = self.top(query, n, n)
        ordered = np.empty(n, np.float32)
        ordered[index] = scores
        return ordered

    def top(self, query: NDArray[np.float32], n: int, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the numbers and inner products of the k best of the first n rows, best first."""
        wanted = min(k, n)
        if wanted <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        self._question[0, : self._dimension] = query
        self._index.ntotal = n
        scores, numbers = self._index.search(self._question, wanted)
        return numbers[0], scores[0]


def _index(dimension: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
