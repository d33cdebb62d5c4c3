"""Which rows hold the keys of a note: two sorted lists, of which the smaller one takes what is new.

A row whose note has gone stays in the list until the two are merged: what `notes` says of the row decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import Bytes1
from memsvc_stores.vectors.membership import dense, table
from memsvc_stores.vectors.rows import StoredRows

__all__ = ["Directory", "Listing"]

_ENTRY_BYTES = 12
_LEAST_MERGE = 4096
# A row number has 32 bits.
_PLACE_BITS = 31
# All entries are looked at sooner than these are searched for one of so many.
_SPARSE = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """Note rows, ascending, and the row of each; a note with several keys stands there several times."""

    notes: Rows
    rows: NDArray[np.uint32]

    @classmethod
    def empty(cls) -> Listing:
        return cls(np.empty(0, np.int64), np.empty(0, np.uint32))

    @classmethod
    def read(cls, content: Bytes1) -> Listing:
        """Read the bytes that `bytes` gives."""
        count = content.size // _ENTRY_BYTES
        return cls(content[: 8 * count].view("<i8"), content[8 * count :].view("<u4"))

    def bytes(self) -> Bytes1:
        """Return the note rows (int64), then the rows (uint32)."""
        parts = (self.notes.astype("<i8").view(np.uint8), self.rows.astype("<u4").view(np.uint8))
        return np.concatenate(parts)

    def find(self, wanted: Rows) -> tuple[Rows, Rows]:
        """Return the entries of sorted distinct notes: note rows and rows."""
        if not self.notes.size:
            return wanted[:0], wanted[:0]
        wanted = wanted[slice(*np.searchsorted(wanted, (self.notes[0], self.notes[-1] + 1)))]
        if wanted.size * _SPARSE > self.notes.size and dense(wanted):
            begin, end = np.searchsorted(self.notes, (wanted[0], wanted[-1] + 1))
            # A copy: the pages may be given back and overwritten between the check and the look-up.
            listed = self.notes[begin:end].copy()
            if listed.size and (listed.min() < wanted[0] or listed.max() > wanted[-1]):
                raise Damaged("a directory does not ascend")
            within = table(wanted)[listed - wanted[0]].nonzero()[0]
            return listed[within], self.rows[begin + within].astype(np.int64)
        first = np.searchsorted(self.notes, wanted, side="left")
        if (single := self._single(wanted, first)) is not None:
            return single
        counts = np.searchsorted(self.notes, wanted, side="right") - first
        if counts.size and counts.min() < 0:
            raise Damaged("a directory does not ascend")
        starts = np.repeat(first - (np.cumsum(counts) - counts), counts)
        places = starts + np.arange(starts.size)
        return np.repeat(wanted, counts), self.rows[places].astype(np.int64)

    def _single(self, wanted: Rows, first: Rows) -> tuple[Rows, Rows] | None:
        """Return the entries when no note has several, given the places where they would begin."""
        last = self.notes.size - 1
        begins = np.minimum(first, last)
        there = self.notes[begins] == wanted
        notes, places = wanted[there], begins[there]
        further = np.minimum(places + 1, last)
        if ((self.notes[further] == notes) & (further > places)).any():
            return None
        return notes, self.rows[places].astype(np.int64)

    def with_more(self, notes: Rows, rows: NDArray[np.integer]) -> Listing:
        """Return the list with entries added."""
        joined = np.concatenate((self.notes, notes))
        places = np.concatenate((self.rows, rows.astype(np.uint32)))
        if self.notes.size and notes.size and int(notes[0]) < int(self.notes[-1]):
            order = np.argsort(joined, kind="stable")
            joined, places = joined[order], places[order]
        return Listing(joined, places)


@dataclass(frozen=True, slots=True)
class Directory:
    """The greater list, written seldom, and the recent one, written with every change."""

    main: Listing
    recent: Listing

    def find(self, wanted: Rows, stored: StoredRows) -> tuple[Rows, Rows]:
        """Return note rows and rows, ascending, of the keys of sorted distinct notes; raises Damaged."""
        notes, rows = self.main.find(wanted)
        if self.recent.notes.size:
            more_notes, more_rows = self.recent.find(wanted)
            notes, rows = np.concatenate((notes, more_notes)), np.concatenate((rows, more_rows))
        if rows.size and rows.max() >= stored.count:
            raise Damaged(f"a directory names row {rows.max()} of {stored.count}")
        kept = stored.notes(rows) == notes
        notes, rows = notes[kept], rows[kept]
        if rows.size < 2 or bool((rows[1:] > rows[:-1]).all()):
            return notes, rows
        # Sorted with their places in one number each, which is quicker than to sort places by them.
        keys = np.sort(rows << _PLACE_BITS | np.arange(rows.size))
        notes, rows = notes[keys & ((1 << _PLACE_BITS) - 1)], keys >> _PLACE_BITS
        # A note that got its row back stands there twice.
        distinct = np.concatenate(([True], rows[1:] != rows[:-1]))
        return notes[distinct], rows[distinct]

    def with_more(self, notes: Rows, rows: Rows) -> Directory:
        """Return the directory with entries added; `notes` ascends."""
        recent = self.recent.with_more(notes, rows)
        if recent.notes.size <= max(_LEAST_MERGE, self.main.notes.size // 4):
            return Directory(self.main, recent)
        return Directory(self.main.with_more(recent.notes, recent.rows), Listing.empty())

    def cleared(self, stored: StoredRows) -> Directory:
        """Return the directory with what is true of its greater list; raises Damaged."""
        order = np.lexsort((self.main.rows, self.main.notes))
        notes, rows = self.main.notes[order], self.main.rows[order]
        kept = stored.notes(rows.astype(np.intp)) == notes
        kept[1:] &= (notes[1:] != notes[:-1]) | (rows[1:] != rows[:-1])
        return Directory(Listing(notes[kept], rows[kept]), self.recent)
