"""Codes in the order in which faiss's fast scan reads them.

A block holds 32 codes and has 16 bytes for each sub-quantiser. Of vector v (0 to 31) the four bits of
sub-quantiser s lie in byte 16 s + 2 (v mod 8) + (v div 8) mod 2: low if v < 16, else high. A page is two blocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import SLOTS

__all__ = ["get_code", "pack", "put_code", "unpack"]

Codes = NDArray[np.uint8]
_BLOCK = 32
_HALF = 16
_VECTOR = np.arange(_HALF) // 2 + 8 * (np.arange(_HALF) % 2)
_PLACE = 2 * (np.arange(_HALF) % 8) + np.arange(_HALF) // 8


def pack(codes: Codes) -> Codes:
    """Return pages (m, 64 * code_bytes) of codes (64 m, code_bytes)."""
    blocks = codes.reshape(-1, 2, _HALF, codes.shape[1])[:, :, _VECTOR]
    low, high = blocks & 15, blocks >> 4
    packed = np.empty((len(blocks), codes.shape[1], 2, _HALF), np.uint8)
    packed[:, :, 0] = (low[:, 0] | (low[:, 1] << 4)).transpose(0, 2, 1)
    packed[:, :, 1] = (high[:, 0] | (high[:, 1] << 4)).transpose(0, 2, 1)
    return packed.reshape(-1, SLOTS * codes.shape[1])


def unpack(pages: Codes) -> Codes:
    """Return codes (64 m, code_bytes) of pages (m, 64 * code_bytes)."""
    width = pages.shape[1] // SLOTS
    packed = pages.reshape(-1, width, 2, _HALF)[..., _PLACE]
    even, odd = packed[:, :, 0].transpose(0, 2, 1), packed[:, :, 1].transpose(0, 2, 1)
    codes = np.empty((len(packed), 2, _HALF, width), np.uint8)
    codes[:, 0] = (even & 15) | (odd << 4)
    codes[:, 1] = (even >> 4) | (odd & 240)
    return codes.reshape(-1, width)


def put_code(page: Codes, slot: int, code: Codes) -> None:
    """Write one code into a page in place; `page` is (64 * code_bytes,) and contiguous."""
    lane = _lane(page, slot)
    if slot % _BLOCK < _HALF:
        lane[:, 0] = (lane[:, 0] & 240) | (code & 15)
        lane[:, 1] = (lane[:, 1] & 240) | (code >> 4)
    else:
        lane[:, 0] = (lane[:, 0] & 15) | (code << 4)
        lane[:, 1] = (lane[:, 1] & 15) | (code & 240)


def get_code(page: Codes, slot: int) -> Codes:
    """Return one code (code_bytes,) of a page."""
    lane = _lane(page, slot)
    if slot % _BLOCK < _HALF:
        return (lane[:, 0] & 15) | (lane[:, 1] << 4)
    return (lane[:, 0] >> 4) | (lane[:, 1] & 240)


def _lane(page: Codes, slot: int) -> Codes:
    """Return the bytes (code_bytes, 2) that hold the even and the odd halves of a slot's code."""
    inside = slot % _HALF
    place = 2 * (inside % 8) + inside // 8
    half = page.size // 2
    start = slot // _BLOCK * half
    return page[start : start + half].reshape(-1, 2, _HALF)[:, :, place]
