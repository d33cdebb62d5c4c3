"""The rows of a draft: which are free, what they hold, which note they belong to, and which are hidden."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import Rows
from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.directory import Directory, Listing
from memsvc_stores.vectors.layout import PAGE, Bytes1, Bytes2, Draft, PagesDraft, block_bytes, row_bytes
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.segment import Additions, Mask

__all__ = ["RowKeeper", "read_directory"]


class _Holder(Protocol):
    def extent(self, name: str) -> Bytes1: ...


def read_directory(holder: _Holder) -> Directory:
    """Read both lists of a stored namespace or a draft."""
    return Directory(Listing.read(holder.extent("directory")), Listing.read(holder.extent("recent")))


class RowKeeper:
    """Gives rows to keys and takes them back. Not thread-safe; `finish` writes what is kept beside the arrays."""

    def __init__(self, draft: Draft, dimension: int) -> None:
        base = draft.base
        self._draft = draft
        self._dimension = dimension
        self._item_bytes = row_bytes(dimension)
        if base is None:
            _create(draft, self._item_bytes)
        self._arrays = {name: draft.array(name) for name in ("rows", "notes", "times")}
        self._stored = StoredRows(draft, dimension)
        self._directory = read_directory(draft)
        self._main = self._directory.main
        self.count = 0 if base is None else base.meta.rows
        self.living = 0 if base is None else base.meta.living
        self._hidden = hidden.unpacked(draft.extent("hidden"), self.count)
        self._free = self._unused()

    def find(self, notes: Rows) -> tuple[Rows, Rows]:
        """Return note rows and rows of the keys of sorted distinct notes."""
        return self._directory.find(notes, self._stored)

    def vectors(self, rows: Rows) -> Matrix:
        """Return the keys of rows."""
        return self._stored.vectors(rows)

    def used(self) -> Rows:
        """Return all rows that hold keys."""
        return np.setdiff1d(np.arange(self.count, dtype=np.int64), self._free, assume_unique=True)

    def add(self, added: Additions) -> Rows:
        """Write keys, into unused rows first; return their rows, which ascend."""
        rows = self._given(len(added.rows))
        items = np.zeros((rows.size, self._item_bytes), np.uint8)
        items[:, : 2 * self._dimension] = added.matrix.astype("<f2").view(np.uint8)
        _write(self._arrays["rows"], rows, items, fill=0)
        _write(self._arrays["notes"], rows, added.rows.astype("<i8").view(np.uint8).reshape(-1, 8), fill=255)
        _write(self._arrays["times"], rows, added.times.astype("<i8").view(np.uint8).reshape(-1, 16), fill=0)
        self._hidden[rows] = ~added.visible
        self._directory = self._directory.with_more(added.rows, rows)
        self.living += int(rows.size)
        return rows

    def remove(self, rows: Rows) -> None:
        """Leave nothing in rows."""
        for name, item_bytes, fill in (("rows", self._item_bytes, 0), ("notes", 8, 255), ("times", 16, 0)):
            self._arrays[name].set_items(rows, np.full((rows.size, item_bytes), fill, np.uint8))
        self._hidden[rows] = True
        self._free = np.union1d(self._free, rows)
        self.living -= int(rows.size)

    def show(self, rows: Rows, shown: Mask) -> None:
        """Make rows visible or not."""
        self._hidden[rows] = ~shown

    def renumbered(self, order: Rows) -> None:
        """Take note that rows have been written anew: row i is what row order[i] was, and all are used."""
        self._arrays = {name: self._draft.array(name) for name in ("rows", "notes", "times")}
        self._stored = StoredRows(self._draft, self._dimension)
        self._hidden = self._hidden[order]
        self.count = self.living = len(order)
        self._free = np.empty(0, np.int64)
        rows = np.arange(self.count)
        notes = self._stored.notes(rows)
        by_note = np.argsort(notes, kind="stable")
        self._directory = Directory(Listing.empty().with_more(notes[by_note], by_note), Listing.empty())

    def finish(self) -> None:
        """Write the directory and the set of hidden rows."""
        self._draft.put("hidden", hidden.packed(self._hidden))
        self._draft.put("recent", self._directory.recent.bytes())
        if self._directory.main is not self._main:
            self._draft.put("directory", self._directory.cleared(self._stored).main.bytes())

    def _given(self, wanted: int) -> Rows:
        reused, self._free = self._free[:wanted], self._free[wanted:]
        start, self.count = self.count, self.count + wanted - reused.size
        self._hidden = np.concatenate((self._hidden, np.ones(self.count - start, np.bool_)))
        return np.concatenate((reused, np.arange(start, self.count, dtype=np.int64)))

    def _unused(self) -> Rows:
        if self.count == self.living:
            return np.empty(0, np.int64)
        doubtful = self._hidden.nonzero()[0]
        unused: Rows = doubtful[self._stored.notes(doubtful) == -1]
        return unused


def _create(draft: Draft, item_bytes: int) -> None:
    draft.create("rows", page_bytes=block_bytes(item_bytes), item_bytes=item_bytes)
    draft.create("notes", page_bytes=PAGE, item_bytes=8)
    draft.create("times", page_bytes=PAGE, item_bytes=16)
    for name in ("directory", "recent", "hidden"):
        draft.put(name, np.empty(0, np.uint8))


def _write(array: PagesDraft, index: Rows, values: Bytes2, *, fill: int) -> None:
    """Write items with ascending numbers, those past the end into new pages; `fill` is what unused ones hold."""
    per_page = array.page_bytes // array.item_bytes
    end = array.count * per_page
    inside = int(np.searchsorted(index, end))
    if inside:
        array.set_items(index[:inside], values[:inside])
    if inside < index.size:
        pages = -(-(int(index[-1]) + 1 - end) // per_page)
        items = np.full((pages * per_page, array.item_bytes), fill, np.uint8)
        items[index[inside:] - end] = values[inside:]
        array.extend(items.reshape(pages, array.page_bytes))
