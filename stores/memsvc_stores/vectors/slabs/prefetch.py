"""Asking for many pages at once, as long as that pays: when all is in memory it only costs."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.slabs.advice import Advice

__all__ = ["Prefetcher", "whole_ranges"]

_CHEAP_CALL_NS: Final = 30_000
_CHEAP_RANGE_NS: Final = 1_500
_CHEAP_CALLS: Final = 8
_SLOW_GATHER_NS: Final = 200_000
_SLOW_ITEM_NS: Final = 3_000
# A disk's reads are counted sooner than their bytes.
_GAP_BYTES: Final = 8_192


class Prefetcher:
    """Off after 8 calls in a row that took no longer than when all is in memory, on again when a gather was slow.

    Threads may race for its counters: they only steer.
    """

    def __init__(self, advice: Advice, handle: int, *, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._advice = advice
        self._handle = handle
        self._clock = clock
        self._cheap = 0

    @property
    def on(self) -> bool:
        return self._cheap < _CHEAP_CALLS

    def ask(self, address: int, starts: NDArray[np.intp], length: int) -> None:
        """Prefetch ranges of a file that is mapped at `address`; nothing when it is off."""
        if not self.on or not len(starts):
            return
        ranges = whole_ranges(starts, length)
        begun = self._clock()
        self._advice.will_read(self._handle, address, ranges)
        took = self._clock() - begun
        self._cheap = self._cheap + 1 if took < _CHEAP_CALL_NS + _CHEAP_RANGE_NS * len(ranges) else 0

    def close(self) -> None:
        self._advice.close()

    def gathered(self, nanoseconds: int, items: int) -> None:
        """Take note of how long a gather took."""
        if nanoseconds > _SLOW_GATHER_NS + _SLOW_ITEM_NS * items:
            self._cheap = 0


def whole_ranges(starts: NDArray[np.intp], length: int) -> NDArray[np.uint64]:
    """Return ranges as page-aligned (start, length), ascending, merged where little lies between them."""
    page = mmap.PAGESIZE
    ordered = np.sort(starts)
    first = ordered // page * page
    end = -(-(ordered + length) // page) * page
    fresh = np.concatenate(([True], first[1:] > np.maximum.accumulate(end)[:-1] + _GAP_BYTES))
    begins = np.flatnonzero(fresh)
    ends = np.maximum.reduceat(end, begins)
    return np.stack((first[begins], ends - first[begins]), axis=1).astype(np.uint64)
