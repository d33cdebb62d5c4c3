"""Codes that stay in memory, for the scan of a whole namespace and for the heads of postings."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.fastscan import FastScan, Found
from memsvc_stores.vectors.codes.packing import put_code
from memsvc_stores.vectors.codes.widescan import WideScan
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["ResidentCodes"]

_LONG: Final = 256


class ResidentCodes:
    """A fixed number of pages, filled through `pages`. Searches are thread-safe; a put alters one slot's order."""

    def __init__(self, codec: Codec, pages_count: int) -> None:
        self._codec = codec
        self._scan = (FastScan if codec.code_bytes <= _LONG else WideScan)(codec, pages_count)

    @property
    def pages(self) -> NDArray[np.uint8]:
        """Return the pages (pages_count, page_bytes), writable."""
        return self._scan.pages

    @property
    def nbytes(self) -> int:
        """Return the bytes of memory that the pages take."""
        return self.pages.nbytes

    def search(self, rotated: NDArray[np.float32], r: int) -> Found:
        """Return at most r positions (64 * page + slot), best first, and scores good for order only."""
        return self._scan.search(rotated, r)

    def put(self, position: int, code: NDArray[np.uint8]) -> None:
        """Overwrite the code (code_bytes) at a position."""
        put_code(self.pages[position // SLOTS], position % SLOTS, code)

    def grow(self, pages_count: int) -> ResidentCodes:
        """Return a copy with more pages, the new ones zero; this one stays as it is."""
        grown = ResidentCodes(self._codec, max(pages_count, len(self.pages)))
        grown.pages[: len(self.pages)] = self.pages
        return grown
