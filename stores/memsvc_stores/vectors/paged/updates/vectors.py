"""Reading float16 items as float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.layout import Bytes2, Indices, Pages

__all__ = ["Widening"]


class Widening:
    """Turns float16 items into float32 matrices: by faiss, in two thirds of numpy's time. Not thread-safe."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._bytes = 2 * dimension
        self._quantizer: Any = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16)

    def read(self, array: Pages, index: Indices) -> Matrix:
        """Return items of an array as (len(index), dimension)."""
        return self.widen(array.items(index))

    def widen(self, items: Bytes2) -> Matrix:
        if not len(items):
            return np.empty((0, self._bytes // 2), np.float32)
        wide: Matrix = self._quantizer.decode(np.ascontiguousarray(items[:, : self._bytes]))
        return wide

    def narrow(self, vectors: Matrix, item_bytes: int) -> Bytes2:
        """Return float16 items, padded with zeros."""
        items = np.zeros((len(vectors), item_bytes), np.uint8)
        items[:, : self._bytes] = vectors.astype(np.float16).view(np.uint8)
        return items
