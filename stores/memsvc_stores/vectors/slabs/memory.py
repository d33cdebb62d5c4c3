"""The in-memory twin of stored namespaces: the same protocols over plain arrays, for tests of what is built on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from memsvc_stores.vectors.layout import Bytes1, Bytes2, Indices, Meta

__all__ = ["MemoryDraft", "MemoryPages", "MemoryStored", "commit"]


class MemoryPages:
    """An array of pages in RAM; implements Pages and PagesDraft."""

    def __init__(self, page_bytes: int, item_bytes: int, content: Bytes2 | None = None) -> None:
        self.page_bytes = page_bytes
        self.item_bytes = item_bytes
        self._content = np.empty((0, page_bytes), np.uint8) if content is None else content

    @property
    def count(self) -> int:
        return len(self._content)

    def read(self, page: int) -> Bytes1:
        view = self._content[page]
        view.flags.writeable = False
        return view

    def gather(self, pages: Indices, out: Bytes2) -> None:
        out[:] = self._content[pages]

    def items(self, index: Indices) -> Bytes2:
        out = np.empty((len(index), self.item_bytes), np.uint8)
        self.gather_items(index, out)
        return out

    def gather_items(self, index: Indices, out: Bytes2) -> None:
        per = self.page_bytes // self.item_bytes
        out[:] = self._content[:, : per * self.item_bytes].reshape(-1, self.item_bytes)[index]

    def edit(self, page: int) -> Bytes1:
        return self._content[page]

    def extend(self, pages: Bytes2) -> None:
        self._content = np.concatenate((self._content, pages))

    def set_items(self, index: Indices, values: Bytes2) -> None:
        per = self.page_bytes // self.item_bytes
        for item, value in zip(index.tolist(), values, strict=True):
            start = item % per * self.item_bytes
            self._content[item // per, start : start + self.item_bytes] = value

    def copy(self) -> MemoryPages:
        return MemoryPages(self.page_bytes, self.item_bytes, self._content.copy())


class MemoryStored:
    """A namespace at one epoch, in RAM."""

    def __init__(
        self, meta: Meta, epoch: int, arrays: Mapping[str, MemoryPages], extents: Mapping[str, Bytes1]
    ) -> None:
        self.meta = meta
        self.epoch = epoch
        self.arrays = arrays
        self.extents = extents

    def array(self, name: str) -> MemoryPages:
        return self.arrays[name]

    def extent(self, name: str) -> Bytes1:
        return self.extents.get(name, np.empty(0, np.uint8))

    def sound(self) -> bool:
        return True

    def newest(self) -> bool:
        return True

    @property
    def disk_bytes(self) -> int:
        return 0


class MemoryDraft:
    """The next epoch, in RAM."""

    def __init__(self, base: MemoryStored | None = None) -> None:
        self.base = base
        self.arrays = {} if base is None else {name: it.copy() for name, it in base.arrays.items()}
        self.extents = {} if base is None else dict(base.extents)

    def array(self, name: str) -> MemoryPages:
        return self.arrays[name]

    def create(self, name: str, *, page_bytes: int, item_bytes: int) -> MemoryPages:
        self.arrays[name] = MemoryPages(page_bytes, item_bytes)
        return self.arrays[name]

    def drop(self, name: str) -> None:
        self.arrays.pop(name, None)
        self.extents.pop(name, None)

    def extent(self, name: str) -> Bytes1:
        return self.extents.get(name, np.empty(0, np.uint8))

    def put(self, name: str, content: Bytes1) -> None:
        self.extents[name] = content.copy()


def commit(draft: MemoryDraft, meta: Meta) -> MemoryStored:
    """Return the draft as a stored namespace; the draft must not be changed any more."""
    epoch = 1 if draft.base is None else draft.base.epoch + 1
    return MemoryStored(meta, epoch, draft.arrays, draft.extents)
