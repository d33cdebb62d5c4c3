"""A record of a posting: the id as u32, then the whole vector in the index's storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.spann.options import Storage
from memsvc_stores.vectors.spann.source import Ids, Matrix

__all__ = ["ID_BYTES", "LARGEST_INT8", "Records"]

ID_BYTES: Final = 4
LARGEST_INT8: Final = 127
_ITEM_BYTES: Final[dict[Storage, int]] = {"float32": 4, "float16": 2, "int8": 1}

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Records:
    """How vectors of one index are written; `scale` is what an int8 step stands for."""

    dimension: int
    storage: Storage
    scale: float

    @classmethod
    def fitting(cls, dimension: int, *, storage: Storage, greatest: float) -> Records:
        """Choose the scale for components up to `greatest` in magnitude."""
        return cls(dimension, storage, greatest / LARGEST_INT8 if storage == "int8" else 1.0)

    @property
    def vector_bytes(self) -> int:
        return self.dimension * _ITEM_BYTES[self.storage]

    @property
    def record_bytes(self) -> int:
        return ID_BYTES + self.vector_bytes

    def encode(self, ids: Ids, vectors: Matrix) -> Bytes:
        """Return records (len(ids), record_bytes)."""
        out = np.empty((len(ids), self.record_bytes), np.uint8)
        out[:, :ID_BYTES] = np.ascontiguousarray(ids, "<u4").view(np.uint8).reshape(-1, ID_BYTES)
        out[:, ID_BYTES:] = self._coded(vectors).view(np.uint8).reshape(len(ids), -1)
        return out

    def _coded(self, vectors: Matrix) -> NDArray[np.generic]:
        if self.storage == "int8":
            # Biased by 128, which is what the scorer's QT_8bit_direct_signed reads.
            steps: NDArray[np.float32] = np.rint(vectors / np.float32(self.scale))
            return (steps + 128).astype(np.uint8)
        coded: NDArray[np.generic] = np.ascontiguousarray(vectors, "<f4" if self.storage == "float32" else "<f2")
        return coded
