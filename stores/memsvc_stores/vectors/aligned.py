"""Memory that begins where a page of a mapped file could."""

from __future__ import annotations

import numpy as np

from memsvc_stores.vectors.layout import PAGE, Bytes1

__all__ = ["aligned"]


def aligned(length: int) -> Bytes1:
    """Return room for `length` bytes at a multiple of 4 KiB, not cleared."""
    room = np.empty(length + PAGE, np.uint8)
    first = -room.ctypes.data % PAGE
    return room[first : first + length]
