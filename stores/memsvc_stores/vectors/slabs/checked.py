"""Which 4 KiB parts of an array's pages this process has compared with their checksums."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE, Indices
from memsvc_stores.vectors.slabs.tables import PageTable

__all__ = ["Checked", "Compare"]

_UNSEEN: Final = b"\0"
Compare = Callable[[Indices], list[bool]]


class Checked:
    """Checks parts of pages at their first touch. Thread-safe; units are numbered page * parts + part.

    `compare` says which of some units match their checksums.
    """

    def __init__(self, name: str, table: PageTable, *, page_bytes: int, compare: Compare) -> None:
        self._name = name
        self._compare = compare
        self._lock = threading.Lock()
        self._parts = table.sums.shape[1]
        self._page_bytes = page_bytes
        # The flags of a table that grows are looked up anew by `follow`.
        self.follow(table)
        self._left = self._flags.size - int(np.count_nonzero(self._flags))

    @property
    def all(self) -> bool:
        """Say whether nothing is left to be checked."""
        return self._left == 0

    def follow(self, table: PageTable) -> None:
        """Go on with a table that has grown."""
        self._flags = table.verified.reshape(-1)

    def pages(self, pages: Indices) -> None:
        """Check whole pages; raises Damaged."""
        if self._parts == 1:
            self._units(pages)
        else:
            self._units((pages[:, None] * self._parts + np.arange(self._parts)).reshape(-1))

    def items(self, index: Indices, item_bytes: int) -> None:
        """Check the parts of pages in which items lie, of a size that divides a page; raises Damaged."""
        if self._page_bytes % PAGE:
            self.pages(index // (self._page_bytes // item_bytes))
            return
        starts = index * item_bytes
        self._units(starts // PAGE)
        if PAGE % item_bytes:
            # An item is smaller than two parts, or its last part is not next to its first.
            for further in range(1, -(-item_bytes // PAGE) + 1):
                reach = np.minimum(starts + further * PAGE, starts + item_bytes - 1)
                self._units(reach // PAGE)

    def _units(self, units: Indices) -> None:
        flags = self._flags
        if _UNSEEN not in flags.take(units).tobytes():
            return
        with self._lock:
            unseen = np.unique(units)
            unseen = unseen[~flags[unseen].astype(np.bool_)]
            right = np.array(self._compare(unseen), np.bool_)
            flags[unseen[right]] = True
            self._left -= int(np.count_nonzero(right))
        if not right.all():
            raise Damaged(self.told(int(unseen[~right][0])))

    def told(self, unit: int) -> str:
        """Name a unit that does not match."""
        page, part = divmod(unit, self._parts)
        return f"array {self._name}, page {page}, part {part}: checksum differs"
