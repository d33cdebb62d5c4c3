"""Search packed codes that are gathered anew for each question."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.fastscan import FastScan, Found
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["Scanner"]

_FIRST_PAGES: Final = 64


class Scanner:
    """Scores pages copied into its buffer. Not thread-safe: one for each thread."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._scan = FastScan(codec, _FIRST_PAGES)

    def buffer(self, pages: int) -> NDArray[np.uint8]:
        """Return room for pages (pages, page_bytes), good until more are asked for."""
        room = len(self._scan.pages)
        if pages > room:
            self._scan = FastScan(self._codec, max(pages, 2 * room))
        return self._scan.pages[:pages]

    def search(self, rotated: NDArray[np.float32], pages: int, r: int) -> Found:
        """Return at most r positions (64 * page + slot) in the first `pages` of the buffer, best first.

        The scores are estimates, biased, good for order only.
        """
        self._scan.use(SLOTS * pages)
        return self._scan.search(rotated, r)
