"""Exact inner products of float16 rows, without numpy's slow conversion of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codes, Floats
from memsvc_stores.vectors.layout import row_bytes

__all__ = ["RowScorer"]


class RowScorer:
    """Scores rows that are gathered anew for each query. Not thread-safe: one for each thread."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._width = row_bytes(dimension)
        self._index: Any = faiss.IndexScalarQuantizer(
            self._width // 2, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._index.is_trained = True
        self._query = np.zeros((1, self._width // 2), np.float32)
        self._dimension = dimension
        self._view: Codes = np.empty((0, self._width), np.uint8)

    def buffer(self, rows: int) -> Codes:
        """Return a writable view (rows, row_bytes), valid until a larger one is asked for."""
        if rows > len(self._view):
            import faiss

            room = max(rows, 2 * len(self._view))
            self._index.codes.resize(room * self._width)
            self._view = faiss.rev_swig_ptr(self._index.codes.data(), room * self._width).reshape(
                room, self._width
            )
        return self._view[:rows]

    def top(self, query: Floats, rows: int, k: int) -> tuple[NDArray[np.int64], Floats]:
        """Return the k best of the first `rows` rows of the buffer, best first, and their inner products."""
        if not rows:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        self._query[0, : self._dimension] = query
        self._index.ntotal = rows
        scores, found = self._index.search(self._query, min(k, rows))
        return found[0], scores[0]

    def score(self, query: Floats, rows: int) -> Floats:
        """Return the inner products of the first `rows` rows of the buffer, in their order."""
        found, scores = self.top(query, rows, rows)
        ordered = np.empty(rows, np.float32)
        ordered[found] = scores
        return ordered
