"""Codes as faiss's fast scan reads them: 64 to a page, two blocks of 32.

A block holds, for each byte of the code, 32 bytes: 16 with the low four bits of that byte of all 32 codes, then 16
with the high ones. Of such a byte the low half belongs to one of codes 0-15, the high half to one of codes 16-31,
in the order 0, 8, 1, 9, ... 7, 15.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import SLOTS

__all__ = ["pack", "put_code", "put_codes", "unpack"]

Bytes = NDArray[np.uint8]

_BLOCK: Final = 32
_ORDER: Final = (0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)
_PLACE: Final = tuple(_ORDER.index(code) for code in range(16))


def pack(codes: Bytes) -> Bytes:
    """Return codes (64 m, code_bytes) as pages (m, 64 * code_bytes); raises ValueError for a part of a page."""
    count, width = codes.shape
    if count % SLOTS:
        raise ValueError(f"{count} codes do not fill whole pages of {SLOTS}")
    halves = codes.reshape(-1, 2, 16, width)[:, :, list(_ORDER)]
    first, second = halves[:, 0], halves[:, 1]
    packed = np.empty((count // _BLOCK, width, 2, 16), np.uint8)
    packed[:, :, 0] = ((first & 15) | (second << 4)).transpose(0, 2, 1)
    packed[:, :, 1] = ((first >> 4) | (second & 0xF0)).transpose(0, 2, 1)
    return packed.reshape(count // SLOTS, SLOTS * width)


def unpack(pages: Bytes) -> Bytes:
    """Return the codes (64 m, code_bytes) of pages (m, 64 * code_bytes)."""
    width = pages.shape[1] // SLOTS
    packed = pages.reshape(-1, width, 2, 16)[..., list(_PLACE)]
    low, high = packed[:, :, 0], packed[:, :, 1]
    codes = np.empty((len(packed), 2, 16, width), np.uint8)
    codes[:, 0] = ((low & 15) | (high << 4)).transpose(0, 2, 1)
    codes[:, 1] = ((low >> 4) | (high & 0xF0)).transpose(0, 2, 1)
    return codes.reshape(-1, width)


def put_code(page: Bytes, slot: int, code: Bytes) -> None:
    """Write a code (code_bytes) to a slot 0..63 of a page (64 * code_bytes), in place."""
    half = len(page) // 2
    block, within = divmod(slot, _BLOCK)
    upper = within >= 16
    places = page[block * half + _PLACE[within & 15] : (block + 1) * half : 16]
    nibbles = np.empty(len(places), np.uint8)
    if upper:
        np.left_shift(code, 4, out=nibbles[0::2])
        np.bitwise_and(code, 0xF0, out=nibbles[1::2])
        places &= 15
    else:
        np.bitwise_and(code, 15, out=nibbles[0::2])
        np.right_shift(code, 4, out=nibbles[1::2])
        places &= 0xF0
    places |= nibbles


def put_codes(pages: Bytes, positions: NDArray[np.int64], codes: Bytes) -> None:
    """Write codes (n, code_bytes) to positions (64 * page + slot) of pages (m, 64 * code_bytes), in place."""
    for position, code in zip(positions.tolist(), codes, strict=True):
        put_code(pages[position // SLOTS], position % SLOTS, code)
