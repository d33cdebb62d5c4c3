"""The vectors that an index is built over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ids", "Matrix", "Vectors", "blocks", "checked_source", "take"]

Ids: TypeAlias = NDArray[np.int64]
Matrix: TypeAlias = NDArray[np.float32]

_BLOCK = 4096
_UNIT_TOLERANCE = 0.01
_MOST_VECTORS = 0xFFFFFFFF


class Vectors(Protocol):
    """An array (n, d), a memory map of one, or what reads rows by number in the same way."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __getitem__(self, index: Any, /) -> Any: ...


def take(vectors: Vectors, index: Ids | slice) -> Matrix:
    """Return rows as contiguous float32."""
    return np.ascontiguousarray(vectors[index], np.float32)


def blocks(count: int, size: int = _BLOCK) -> Iterator[slice]:
    """Cut a range into blocks."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def checked_source(vectors: Vectors) -> float:
    """Return the greatest magnitude of a component; raise ValueError unless all lengths are 1.

    They may be off by 1 %.
    """
    if len(vectors.shape) != 2 or not 0 < vectors.shape[0] < _MOST_VECTORS or not vectors.shape[1]:
        raise ValueError(f"vectors must be a matrix of 1 to 2^32-2 rows; its shape is {vectors.shape}")
    greatest = 0.0
    for block in blocks(vectors.shape[0]):
        rows = take(vectors, block)
        off = np.abs(np.sqrt(np.einsum("ij,ij->i", rows, rows)) - 1)
        if not (off <= _UNIT_TOLERANCE).all():
            raise ValueError(f"vectors {block.start} to {block.stop - 1} are not all of length 1: normalise them")
        greatest = max(greatest, float(np.abs(rows).max()))
    return greatest
