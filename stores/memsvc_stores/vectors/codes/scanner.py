"""Search packed codes that are gathered anew for each question."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.fastscan import FastScan
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["Scanner"]

_FIRST_PAGES: Final = 64


class Scanner:
    """Scores pages copied into its buffer. Not thread-safe: one for each thread."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._scan: Any = None
        self._room = 0

    def buffer(self, pages: int) -> NDArray[np.uint8]:
        """Return room for pages (pages, page_bytes), good until more are asked for."""
        if pages > self._room or self._scan is None:
            self._room = max(_FIRST_PAGES, pages, 2 * self._room)
            self._scan = FastScan(self._codec, self._room)
        return self._scan.pages[:pages]

    def search(
        self, rotated: NDArray[np.float32], pages: int, r: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return at most r positions (64 * page + slot) in the first `pages` of the buffer, best first.

        The scores are estimates, biased, good for order only.
        """
        self.buffer(pages)
        self._scan.use(SLOTS * pages)
        return self._scan.search(rotated, r)
