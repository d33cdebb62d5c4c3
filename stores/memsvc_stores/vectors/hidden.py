"""Sets of rows as one bit per row, little-endian in each byte."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.layout import Bytes1
from memsvc_stores.vectors.segment import Mask

__all__ = ["count", "has", "no_rows", "packed", "unpacked", "with_rows", "without_rows"]


def count(bits: Bytes1) -> int:
    """Return the number of rows in the set."""
    return int(np.bitwise_count(bits).sum())


def no_rows(count: int) -> Bytes1:
    """Return the empty set among `count` rows."""
    return np.zeros(-(-count // 8), np.uint8)


def has(bits: Bytes1, rows: NDArray[np.integer]) -> Mask:
    """Say for each row whether it is in the set."""
    found: Mask = (bits[rows >> 3] >> (rows & 7).astype(np.uint8)) & 1 == 1
    return found


def with_rows(bits: Bytes1, rows: Rows) -> Bytes1:
    """Return a set with rows added."""
    changed = bits.copy()
    np.bitwise_or.at(changed, rows >> 3, np.left_shift(1, rows & 7).astype(np.uint8))
    return changed


def without_rows(bits: Bytes1, rows: Rows) -> Bytes1:
    """Return a set with rows taken out."""
    changed = bits.copy()
    np.bitwise_and.at(changed, rows >> 3, ~np.left_shift(1, rows & 7).astype(np.uint8))
    return changed


def packed(chosen: Mask) -> Bytes1:
    """Return the set that a mask of all rows says."""
    return np.packbits(chosen, bitorder="little")


def unpacked(bits: Bytes1, count: int) -> Mask:
    """Return a mask of the first `count` rows, which may be changed."""
    return np.unpackbits(bits, count=count, bitorder="little").astype(np.bool_)
