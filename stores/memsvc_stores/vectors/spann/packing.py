"""Places of lists in pages: no list touches a page more than its length needs."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import PAGE

__all__ = ["Places", "packed"]


@dataclass(frozen=True, slots=True)
class Places:
    """Page and offset of each list, and the pages of all."""

    page: NDArray[np.int64]
    offset: NDArray[np.int64]
    pages: int


def packed(lengths: NDArray[np.int64]) -> Places:
    """Chain lists so that each begins where one ends, the longest remainder that fits the page first.

    A list of q pages and r bytes that begins at offset o of a page ends q pages on, at offset o + r.
    """
    waiting: dict[int, list[int]] = defaultdict(list)
    for number in range(lengths.size - 1, -1, -1):
        waiting[int(lengths[number]) % PAGE].append(number)
    remainders: list[int] = []
    for remainder in waiting:
        insort(remainders, remainder)
    page = np.zeros(lengths.size, np.int64)
    offset = np.zeros(lengths.size, np.int64)
    at, used = 0, 0
    while remainders:
        fits = bisect_right(remainders, PAGE - used) - 1
        # Only a list of whole pages is left to fit: it would touch one page more from within a page.
        if fits < 0 or (used and not remainders[fits]):
            at, used = at + 1, 0
            continue
        remainder = remainders[fits]
        number = waiting[remainder].pop()
        if not waiting[remainder]:
            remainders.pop(fits)
        page[number], offset[number] = at, used
        at, used = at + int(lengths[number]) // PAGE, used + remainder
        if used == PAGE:
            at, used = at + 1, 0
    return Places(page, offset, at + (used > 0))
