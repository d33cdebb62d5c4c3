"""Where rows are: at most two positions each."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc_stores.vectors.layout import EMPTY, PAGE, SLOTS, Draft, Indices
from memsvc_stores.vectors.paged.updates.words import Slots, Words

__all__ = ["Places"]

PER_PAGE: Final = PAGE // 8


class Places:
    """The array `places` of a draft; grows for rows never seen. A position is 64 * posting + slot."""

    def __init__(self, draft: Draft) -> None:
        self._array = draft.array("places")
        self._words = Words(self._array)

    def of(self, row: int) -> list[int]:
        """Return where a row is."""
        page, item = divmod(row, PER_PAGE)
        if page >= self._array.count:
            return []
        first, second = self._words.page(page)[2 * item : 2 * item + 2].tolist()
        if first == EMPTY:
            return []
        return [first] if second == EMPTY else [first, second]

    def many(self, rows: Indices) -> Slots:
        """Return the places (len(rows), 2); EMPTY where there is none."""
        reach = PER_PAGE * self._array.count
        if not len(rows) or int(rows.max()) < reach:
            return self._array.items(rows).view(np.uint32)
        result = np.full((len(rows), 2), EMPTY, np.uint32)
        inside = rows < reach
        result[inside] = self._array.items(rows[inside]).view(np.uint32)
        return result

    def add(self, row: int, position: int) -> None:
        """Give a row one more place; it has at most one."""
        page, item = divmod(row, PER_PAGE)
        while page >= self._array.count:
            self._array.extend(np.full((1, PAGE), 255, np.uint8))
        words = self._words.page(page)
        words[2 * item + (words[2 * item] != EMPTY)] = position

    def take(self, row: int, posting: int) -> int:
        """Forget the place of a row in a posting that has it, and return it."""
        page, item = divmod(row, PER_PAGE)
        words = self._words.page(page)
        first, second = words[2 * item], words[2 * item + 1]
        words[2 * item + 1] = EMPTY
        if first // SLOTS == posting:
            words[2 * item] = second
            return first
        return second

    def forget(self, row: int) -> list[int]:
        """Leave a row without places, and return those it had."""
        had = self.of(row)
        if had:
            page, item = divmod(row, PER_PAGE)
            words = self._words.page(page)
            words[2 * item] = words[2 * item + 1] = EMPTY
        return had

    def renew(self, rows: Indices, old: int, positions: Indices) -> None:
        """Replace the places that rows had in posting `old`."""
        places = self.many(rows)
        here = np.where((places[:, 0] // SLOTS == old) & (places[:, 0] != EMPTY), 0, 1)
        places[np.arange(len(rows)), here] = positions
        self._array.set_items(rows, places.view(np.uint8))
