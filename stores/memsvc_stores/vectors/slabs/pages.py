"""An array of pages as a reader has it: gathered from a slab, checked when a process first touches it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import xxhash

from memsvc_stores.vectors.layout import PAGE, Addresses, Bytes1, Bytes2, Indices, Result
from memsvc_stores.vectors.slabs.checked import Checked
from memsvc_stores.vectors.slabs.slab import View
from memsvc_stores.vectors.slabs.tables import PageTable

__all__ = ["SlabPages"]

_BLOCK = 65_536


class SlabPages:
    """Thread-safe. Numbers past the end raise IndexError.

    `view_of` maps at least so many pages of the slab; that is done at the first touch.
    """

    def __init__(
        self, name: str, *, item_bytes: int, page_bytes: int, table: PageTable, view: Callable[[int], View]
    ) -> None:
        if item_bytes < 1 or page_bytes % item_bytes:
            raise ValueError(f"a page of {page_bytes} bytes does not hold whole items of {item_bytes}")
        self.name = name
        self.page_bytes = page_bytes
        self.item_bytes = item_bytes
        self.table = table
        self.view_of = view
        self._per_page = page_bytes // item_bytes
        self._view: View | None = None
        self._checked = Checked(name, table, page_bytes=page_bytes, compare=self._matching)

    @property
    def count(self) -> int:
        return self.table.count

    def read(self, page: int) -> Bytes1:
        if not 0 <= page < self.count:
            raise IndexError(f"array {self.name} has {self.count} pages, not a page {page}")
        view = self._mapped()
        if not self._checked.all:
            self._checked.pages(np.array([page]))
        found: Bytes1 = view.pages[self.table.places[page]]
        return found

    def gather(self, pages: Indices, out: Bytes2) -> None:
        view = self._mapped()
        places = self.table.places[pages].astype(np.intp)
        if view.prefetcher.on:
            view.prefetcher.ask(view.address, places * self.page_bytes, self.page_bytes)
        if not self._checked.all:
            self._checked.pages(pages)
        view.take(view.pages, places, out)

    def items(self, index: Indices) -> Bytes2:
        out = np.empty((len(index), self.item_bytes), np.uint8)
        self.gather_items(index, out)
        return out

    def announce(self, index: Indices) -> None:
        view = self._mapped()
        if view.prefetcher.on:
            view.prefetcher.ask(view.address, self._at(index, self._per_page) * self.item_bytes, self.item_bytes)

    def gather_items(self, index: Indices, out: Bytes2, *, announced: bool = False) -> None:
        view = self._mapped()
        width = out.shape[1]
        at = self._at(index, self.page_bytes // width)
        if view.prefetcher.on and not announced:
            view.prefetcher.ask(view.address, at * width, width)
        if not self._checked.all:
            self._checked.items(index, width)
        view.take(view.items(width), at, out)

    def in_place(self, pages: Indices, read: Callable[[Addresses], Result]) -> Result:
        view = self._mapped()
        starts = self.table.places[pages].astype(np.intp) * self.page_bytes
        if view.prefetcher.on:
            view.prefetcher.ask(view.address, starts, self.page_bytes)
        if not self._checked.all:
            self._checked.pages(pages)
        starts += view.address
        begun = time.perf_counter_ns()
        found = read(starts.view(np.uint64))
        view.prefetcher.gathered(time.perf_counter_ns() - begun, len(pages))
        return found

    def _at(self, index: Indices, per_page: int) -> Indices:
        """Return where in the slab items lie, counted in items."""
        first = self.table.first
        if first is None:
            pages = index // per_page
            scattered: Indices = (self.table.places[pages].astype(np.intp) - pages) * per_page + index
            return scattered
        # argmax costs a third of max.
        if len(index) and index[index.argmax()] >= self.count * per_page:
            raise IndexError(f"array {self.name} has {self.count * per_page} items, not {index.max()}")
        return index + first * per_page

    def verify(self) -> list[str]:
        """Compare every page with its checksums, touched before or not; say which differ."""
        units = np.arange(self.table.sums.size)
        found: list[str] = []
        for start in range(0, units.size, _BLOCK):
            some = units[start : start + _BLOCK]
            right = np.array(self._matching(some), np.bool_)
            found += [self._checked.told(unit) for unit in some[~right].tolist()]
        return found

    def _mapped(self) -> View:
        view = self._view
        if view is None or len(view.pages) < self.table.end:
            view = self._view = self.view_of(self.table.end)
        return view

    def _matching(self, units: Indices) -> list[bool]:
        """Say which parts of pages, numbered page * parts + part, match their checksums."""
        pages, parts = np.divmod(units, self.table.sums.shape[1])
        starts = self.table.places[pages].astype(np.int64) * self.page_bytes
        ends = np.minimum(starts + (parts + 1) * PAGE, starts + self.page_bytes)
        sums = self.table.sums[pages, parts]
        whole, digest = self._mapped().part(0, None), xxhash.xxh3_64_intdigest
        wanted = zip((starts + parts * PAGE).tolist(), ends.tolist(), sums.tolist(), strict=True)
        return [digest(whole[start:end]) & 0xFFFFFFFF == known for start, end, known in wanted]
