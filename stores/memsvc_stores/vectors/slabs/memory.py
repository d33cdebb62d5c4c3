"""Stored namespaces without a disk: a twin for tests and for building algorithms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from memsvc_stores.vectors.aligned import aligned
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE, Addresses, Bytes1, Bytes2, Indices, Meta, Pages, Result
from memsvc_stores.vectors.slabs.overlay import Overlay

__all__ = ["MemoryDraft", "MemoryPages", "MemoryStored", "commit"]


class MemoryPages:
    """An array of pages in one numpy array; grows only under a draft."""

    def __init__(self, data: Bytes2, item_bytes: int) -> None:
        if item_bytes < 1 or data.shape[1] % item_bytes:
            raise ValueError(f"a page of {data.shape[1]} bytes does not hold whole items of {item_bytes}")
        self.page_bytes: int = data.shape[1]
        self.item_bytes = item_bytes
        self._count = len(data)
        self._data = data

    @property
    def count(self) -> int:
        return self._count

    @property
    def data(self) -> Bytes2:
        """The pages (count, page_bytes)."""
        return self._data[: self._count]

    def read(self, page: int) -> Bytes1:
        view: Bytes1 = self.data[page]
        view.setflags(write=False)
        return view

    def gather(self, pages: Indices, out: Bytes2) -> None:
        np.take(self.data, pages, axis=0, out=out)

    def items(self, index: Indices) -> Bytes2:
        return np.take(self._items(), index, axis=0)

    def announce(self, index: Indices) -> None:
        """Do nothing: it is in memory."""

    def gather_items(self, index: Indices, out: Bytes2, *, announced: bool = False) -> None:  # noqa: ARG002
        np.take(self.data.reshape(-1, out.shape[1]), index, axis=0, out=out)

    def in_place(self, pages: Indices, read: Callable[[Addresses], Result]) -> Result:
        # Held here too: another thread may put another array in its place.
        data = self._data
        if data.ctypes.data % PAGE:
            moved = aligned(data.nbytes).reshape(data.shape)
            moved[:] = data
            data = self._data = moved
        starts = data.ctypes.data + pages * self.page_bytes
        return read(starts.astype(np.uint64))

    def append(self, pages: Bytes2) -> None:
        first = self._count
        self.reserve(len(pages))
        self._data[first : self._count] = pages

    def reserve(self, count: int) -> None:
        needed = self._count + count
        if needed > len(self._data):
            grown = np.zeros((max(needed, 2 * len(self._data)), self.page_bytes), np.uint8)
            grown[: self._count] = self.data
            self._data = grown
        self._count = needed

    def _items(self) -> Bytes2:
        return self.data.reshape(-1, self.item_bytes)


@dataclass(slots=True)
class _Line:
    """The epochs of one namespace."""

    newest: int = 0


@dataclass(frozen=True, slots=True)
class MemoryStored:
    """A Stored that nothing ever overwrites: it stays sound."""

    meta: Meta
    epoch: int
    arrays: Mapping[str, MemoryPages]
    extents: Mapping[str, Bytes1]
    line: _Line = field(default_factory=_Line, repr=False)

    def array(self, name: str) -> Pages:
        if name not in self.arrays:
            raise Damaged(f"epoch {self.epoch} of namespace {self.meta.namespace} has no array {name}")
        return self.arrays[name]

    def extent(self, name: str) -> Bytes1:
        return self.extents.get(name, np.empty(0, np.uint8))

    def sound(self) -> bool:
        return True

    def newest(self) -> bool:
        return self.epoch == self.line.newest

    @property
    def disk_bytes(self) -> int:
        return sum(it.data.nbytes for it in self.arrays.values()) + sum(it.nbytes for it in self.extents.values())


class MemoryDraft:
    """The next epoch of `base`, or the first one."""

    def __init__(self, base: MemoryStored | None) -> None:
        self.base = base
        self._arrays: dict[str, Overlay | MemoryPages] = dict(base.arrays) if base else {}
        self._extents: dict[str, Bytes1] = dict(base.extents) if base else {}

    def array(self, name: str) -> Overlay:
        found = self._arrays[name]
        if isinstance(found, MemoryPages):
            # A growing floor must not share its count with the base.
            found = self._arrays[name] = Overlay(MemoryPages(found.data, found.item_bytes))
        return found

    def create(self, name: str, *, page_bytes: int, item_bytes: int) -> Overlay:
        made = Overlay(MemoryPages(np.empty((0, page_bytes), np.uint8), item_bytes))
        self._arrays[name] = made
        return made

    def drop(self, name: str) -> None:
        self._arrays.pop(name, None)
        self._extents.pop(name, None)

    def extent(self, name: str) -> Bytes1:
        return self._extents.get(name, np.empty(0, np.uint8))

    def put(self, name: str, content: Bytes1) -> None:
        kept = content.copy()
        kept.setflags(write=False)
        self._extents[name] = kept

    def settled(self) -> Mapping[str, MemoryPages]:
        """Return the arrays as they are now, apart from the base's."""
        return MappingProxyType({name: _settle(it) for name, it in self._arrays.items()})

    def extents(self) -> Mapping[str, Bytes1]:
        return MappingProxyType(dict(self._extents))


def _settle(pages: Overlay | MemoryPages) -> MemoryPages:
    if isinstance(pages, MemoryPages):
        return pages
    data = np.empty((pages.count, pages.page_bytes), np.uint8)
    pages.gather(np.arange(pages.count), data)
    return MemoryPages(data, pages.item_bytes)


def commit(draft: MemoryDraft, meta: Meta) -> MemoryStored:
    """Return the draft as the next epoch; the draft is not to be used after it."""
    line = draft.base.line if draft.base else _Line()
    if draft.base and not draft.base.newest():
        raise ValueError(f"epoch {draft.base.epoch} of namespace {meta.namespace} is not the newest any more")
    line.newest += 1
    return MemoryStored(meta, line.newest, draft.settled(), draft.extents(), line)
