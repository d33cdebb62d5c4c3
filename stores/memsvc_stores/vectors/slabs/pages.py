"""An array of pages as a reader has it: gathered from a slab, checked when a process first touches it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import xxhash
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE, Bytes1, Bytes2, Indices
from memsvc_stores.vectors.slabs.slab import View
from memsvc_stores.vectors.slabs.tables import PageTable

__all__ = ["SlabPages"]


class SlabPages:
    """Thread-safe. Numbers past the end raise IndexError."""

    def __init__(
        self, name: str, *, item_bytes: int, page_bytes: int, table: PageTable, view: Callable[[int], View]
    ) -> None:
        if item_bytes < 1 or page_bytes % item_bytes:
            raise ValueError(f"a page of {page_bytes} bytes does not hold whole items of {item_bytes}")
        self.name = name
        self.page_bytes = page_bytes
        self.item_bytes = item_bytes
        self.table = table
        self._per_page = page_bytes // item_bytes
        self.view_of = view
        self._parts = table.sums.shape[1]
        self._lock = threading.Lock()
        self._settle()

    @property
    def count(self) -> int:
        return self.table.count

    def read(self, page: int) -> Bytes1:
        if not 0 <= page < self.count:
            raise IndexError(f"array {self.name} has {self.count} pages, not a page {page}")
        if not self._verified:
            self._verify(page * self._parts + np.arange(self._parts))
        found: Bytes1 = self._view.pages[self._places[page]]
        return found

    def gather(self, pages: Indices, out: Bytes2) -> None:
        places = self._places[pages].astype(np.intp)
        view = self._view
        if view.prefetcher.on:
            view.prefetcher.ask(view.address, places * self.page_bytes, self.page_bytes)
        if not self._verified:
            self._verify((np.asarray(pages)[:, None] * self._parts + np.arange(self._parts)).ravel())
        view.take(view.pages, places, out)

    def items(self, index: Indices) -> Bytes2:
        out = np.empty((len(index), self.item_bytes), np.uint8)
        self.gather_items(index, out)
        return out

    def gather_items(self, index: Indices, out: Bytes2) -> None:
        view = self._view
        if self._first is None:
            pages = index // self._per_page
            at = (self._places[pages].astype(np.intp) - pages) * self._per_page + index
        else:
            if len(index) and index.max() >= self.count * self._per_page:
                raise IndexError(f"array {self.name} has {self.count * self._per_page} items, not {index.max()}")
            at = index + self._first * self._per_page
        if view.prefetcher.on:
            view.prefetcher.ask(view.address, at * self.item_bytes, self.item_bytes)
        if not self._verified:
            self._verify_items(np.asarray(index))
        view.take(self._items, at, out)

    def verify(self) -> list[str]:
        """Compare every page with its checksums, touched before or not; say which differ."""
        bad = []
        for page in range(self.count):
            for part in range(self._parts):
                if not self._matches(page, part):
                    bad.append(f"array {self.name}, page {page}, part {part}: checksum differs")
        return bad

    def _settle(self) -> None:
        """Look at the table anew."""
        self._places = places = self.table.places
        inside = places[places != 0xFFFFFFFF]
        self._view = self.view_of(int(inside.max()) + 1 if inside.size else 0)
        self._items = self._view.pages.reshape(-1, self.item_bytes)
        joined = inside.size == places.size > 0 and bool((np.diff(places) == 1).all())
        self._first = int(places[0]) if joined else None
        self._flags = self.table.verified.reshape(-1)
        self._unseen = self._flags.size - int(np.count_nonzero(self._flags))
        self._verified = self._unseen == 0

    def _verify_items(self, index: Indices) -> None:
        pages, slots = np.divmod(index, self._per_page)
        start = slots * self.item_bytes
        base = pages * self._parts
        units = [base + start // PAGE]
        last = (start + self.item_bytes - 1) // PAGE
        for further in range(1, -(-self.item_bytes // PAGE) + 1):
            units.append(base + np.minimum(start // PAGE + further, last))
        self._verify(np.concatenate(units))

    def _verify(self, units: NDArray[np.intp]) -> None:
        """Compare parts of pages (number page * parts + part) that this process has not yet compared."""
        fresh = units[~self._flags[units]]
        if not fresh.size:
            return
        with self._lock:
            for unit in np.unique(fresh[~self._flags[fresh]]).tolist():
                page, part = divmod(unit, self._parts)
                if not self._matches(page, part):
                    raise Damaged(f"array {self.name}, page {page}, part {part}: checksum differs")
                self._flags[unit] = True
                self._unseen -= 1
        self._verified = self._unseen == 0

    def _matches(self, page: int, part: int) -> bool:
        start = int(self._places[page]) * self.page_bytes
        found = self._view.part(start + part * PAGE, start + min((part + 1) * PAGE, self.page_bytes))
        return bool((xxhash.xxh3_64_intdigest(found) & 0xFFFFFFFF) == self.table.sums[page, part])
