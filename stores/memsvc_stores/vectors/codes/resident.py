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

_MARGIN: Final = 1.2
_STEP: Final = 4
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

    def search(self, rotated: NDArray[np.float32], r: int, mask: NDArray[np.uint8] | None = None) -> Found:
        """Return at most r positions (64 * page + slot), best first, and scores good for order only.

        `mask` is a little-endian bitmap over all positions; only those with a 1 are found. Its ones are counted.
        """
        if mask is None:
            return self._scan.search(rotated, r)
        total = SLOTS * len(self.pages)
        allowed = int(np.bitwise_count(mask[: total // 8]).sum())
        return self.search_masked(rotated, r, mask=mask, allowed_fraction=allowed / max(total, 1))

    def search_masked(
        self, rotated: NDArray[np.float32], r: int, *, mask: NDArray[np.uint8], allowed_fraction: float
    ) -> Found:
        """Return as `search` with a mask, whose share of ones is known to be about `allowed_fraction`.

        The scan takes no mask, so more positions are asked for and sifted, ever more until r pass.
        """
        total = SLOTS * len(self.pages)
        asked = r if allowed_fraction >= 1.0 else int(_MARGIN * r / max(allowed_fraction, 1e-9)) + r
        while True:
            asked = min(asked, total)
            positions, scores = self._scan.search(rotated, asked)
            passed = np.flatnonzero((mask[positions >> 3] >> (positions & 7).astype(np.uint8)) & 1)
            if len(passed) >= r or asked >= total:
                best = passed[:r]
                return positions[best], scores[best]
            asked *= _STEP

    def put(self, position: int, code: NDArray[np.uint8]) -> None:
        """Overwrite the code (code_bytes) at a position."""
        put_code(self.pages[position // SLOTS], position % SLOTS, code)

    def grow(self, pages_count: int) -> ResidentCodes:
        """Return a copy with more pages, the new ones zero; this one stays as it is."""
        grown = ResidentCodes(self._codec, max(pages_count, len(self.pages)))
        grown.pages[: len(self.pages)] = self.pages
        return grown
