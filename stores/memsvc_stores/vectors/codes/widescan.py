"""Search long codes that stay in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.aligned import aligned
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.fastscan import Found
from memsvc_stores.vectors.codes.scanner import MOST_PAGES, Scanner
from memsvc_stores.vectors.layout import SLOTS

__all__ = ["WideScan"]


class WideScan:
    """As FastScan, a little slower, for codes of any length, whose tables it scales so that no sum overflows."""

    def __init__(self, codec: Codec, pages: int) -> None:
        self._codec = codec
        self.pages = aligned(pages * codec.page_bytes).reshape(pages, codec.page_bytes)
        self.pages[:] = 0

    def search(self, rotated: NDArray[np.float32], r: int) -> Found:
        """Return at most r positions and their estimated scores, best first."""
        scanner = Scanner(self._codec)
        starts = self.pages.ctypes.data + np.arange(len(self.pages)) * self._codec.page_bytes
        positions, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for start in range(0, starts.size, MOST_PAGES):
            found, estimates = scanner.search(rotated, starts[start : start + MOST_PAGES].astype(np.uint64), r)
            positions.append(found + SLOTS * start)
            scores.append(estimates)
        joined = np.concatenate(scores)
        best = np.argsort(-joined, kind="stable")[: max(r, 0)]
        return np.concatenate(positions)[best], joined[best]
