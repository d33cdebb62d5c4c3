"""Changed pages, kept in memory, over pages that are where they will stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.aligned import aligned
from memsvc_stores.vectors.layout import Addresses, Bytes1, Bytes2, Indices, Pages, Result

__all__ = ["Floor", "Overlay"]

_FEW = 64


class Floor(Pages, Protocol):
    """Pages under an overlay; their number grows with it."""

    def append(self, pages: Bytes2) -> None:
        """Add pages with their content."""

    def reserve(self, count: int) -> None:
        """Add pages whose content the overlay has."""


class Overlay:
    """A PagesDraft: what was changed is read from memory, all else from the floor."""

    def __init__(self, floor: Floor) -> None:
        self.page_bytes = floor.page_bytes
        self.item_bytes = floor.item_bytes
        self._per_page = floor.page_bytes // floor.item_bytes
        self._floor = floor
        self._changed: dict[int, Bytes1] = {}
        self._is_changed = np.zeros(max(floor.count, _FEW), np.bool_)

    @property
    def count(self) -> int:
        return self._floor.count

    @property
    def changed(self) -> Mapping[int, Bytes1]:
        """The changed pages by number."""
        return self._changed

    def read(self, page: int) -> Bytes1:
        changed = self._changed.get(page)
        if changed is None:
            return self._floor.read(page)
        view = changed.view()
        view.setflags(write=False)
        return view

    def gather(self, pages: Indices, out: Bytes2) -> None:
        over = self._is_changed[pages]
        if not over.any():
            self._floor.gather(pages, out)
            return
        under = np.flatnonzero(~over)
        below = np.empty((under.size, self.page_bytes), np.uint8)
        self._floor.gather(pages[under], below)
        out[under] = below
        for place in np.flatnonzero(over):
            out[place] = self._changed[int(pages[place])]

    def items(self, index: Indices) -> Bytes2:
        out = np.empty((len(index), self.item_bytes), np.uint8)
        self.gather_items(index, out)
        return out

    def announce(self, index: Indices) -> None:
        """Do nothing: it is in memory."""

    def gather_items(self, index: Indices, out: Bytes2, *, announced: bool = False) -> None:
        width = out.shape[1]
        per_page = self.page_bytes // width
        pages = index // per_page
        over = self._is_changed[pages]
        if not over.any():
            self._floor.gather_items(index, out, announced=announced)
            return
        under = np.flatnonzero(~over)
        if under.size:
            below = np.empty((under.size, width), np.uint8)
            self._floor.gather_items(index[under], below, announced=announced)
            out[under] = below
        places = np.flatnonzero(over)
        for page, within in _by_page(pages[places]):
            here = places[within]
            out[here] = self._changed[page].reshape(per_page, width)[index[here] % per_page]

    def edit(self, page: int) -> Bytes1:
        changed = self._changed.get(page)
        if changed is None:
            changed = self._changed[page] = self._floor.read(page).copy()
            self._is_changed[page] = True
        return changed

    def extend(self, pages: Bytes2) -> None:
        first = self.count
        few = len(pages) < _FEW
        if few:
            self._floor.reserve(len(pages))
        else:
            self._floor.append(pages)
        self._make_room(self.count)
        if few:
            for offset, page in enumerate(pages):
                self._changed[first + offset] = page.copy()
            self._is_changed[first : self.count] = True

    def set_items(self, index: Indices, values: Bytes2) -> None:
        for page, places in _by_page(index // self._per_page):
            slots = self.edit(page).reshape(self._per_page, self.item_bytes)
            slots[index[places] % self._per_page] = values[places]

    def in_place(self, pages: Indices, read: Callable[[Addresses], Result]) -> Result:
        copied = aligned(len(pages) * self.page_bytes).reshape(-1, self.page_bytes)
        self.gather(pages, copied)
        starts = copied.ctypes.data + np.arange(len(pages)) * self.page_bytes
        return read(starts.astype(np.uint64))

    def _make_room(self, count: int) -> None:
        if count > self._is_changed.size:
            grown = np.zeros(max(count, 2 * self._is_changed.size), np.bool_)
            grown[: self._is_changed.size] = self._is_changed
            self._is_changed = grown


def _by_page(pages: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Give each page once, with the places where it stands."""
    order = np.argsort(pages, kind="stable")
    found, starts = np.unique(pages[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, starts[1:]), strict=False)
