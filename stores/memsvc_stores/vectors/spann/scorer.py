"""Inner products with the vectors of records as they are stored, by faiss on a buffer of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.spann.records import LARGEST_INT8, Records
from memsvc_stores.vectors.spann.source import Ids, Matrix

__all__ = ["ListScorer"]

_FIRST_ROOM = 1024


class ListScorer:
    """Scores vectors copied into its buffer. Not thread-safe."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._index = _index_for(records)
        self._room = 0
        self._view = np.empty((0, records.vector_bytes), np.uint8)

    def buffer(self, count: int) -> NDArray[np.uint8]:
        """Return room for vectors (count, vector_bytes), good until the next call."""
        import faiss

        if count > self._room:
            self._room = max(_FIRST_ROOM, count, self._room * 2)
            size = self._room * self._records.vector_bytes
            self._index.codes.resize(size)
            view = faiss.rev_swig_ptr(self._index.codes.data(), size)
            self._view = view.reshape(self._room, self._records.vector_bytes)
        return self._view[:count]

    def best(self, query: Matrix, *, count: int, k: int) -> tuple[Ids, Matrix]:
        """Return places in the buffer and inner products of the k best of its first `count` vectors.

        With int8 storage the query is rounded to 8 bits as well, as with the int8 vectors of the paper's code.
        """
        self._index.ntotal = count
        if self._records.storage == "int8":
            return self._best_of_bytes(query, min(k, count))
        scores, places = self._index.search(query, min(k, count))
        return places[0], scores[0]

    def _best_of_bytes(self, query: Matrix, k: int) -> tuple[Ids, Matrix]:
        # faiss cuts the query to whole numbers when the dimension is a multiple of 16; rounded here, for all.
        step = float(np.abs(query).max()) / LARGEST_INT8
        scores, places = self._index.search(np.rint(query / np.float32(step)), k)
        return places[0], scores[0] * np.float32(step * self._records.scale)


def _index_for(records: Records) -> Any:
    import faiss

    if records.storage == "float32":
        return faiss.IndexFlatIP(records.dimension)
    kind = faiss.ScalarQuantizer
    code = kind.QT_fp16 if records.storage == "float16" else kind.QT_8bit_direct_signed
    return faiss.IndexScalarQuantizer(records.dimension, code, faiss.METRIC_INNER_PRODUCT)
