"""What is stored of a namespace, with what has gone or been hidden since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import Rows, Within
from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.delta import Changes
from memsvc_stores.vectors.directory import Directory
from memsvc_stores.vectors.forms import Accept, FormSearch
from memsvc_stores.vectors.layout import PAGE, Bytes1, Stored
from memsvc_stores.vectors.rows import Scorer, StoredRows
from memsvc_stores.vectors.scores import Scores
from memsvc_stores.vectors.segment import Mask

__all__ = ["Base", "Coded"]

# So many rows, or a small part of the rows up to a greater number, are scored sooner than scanned for.
_FEW = 500
_MANY = 5_000
_SMALL_PART = 0.025
_SAMPLE = 256
# Place and checksum of a page, and whether it has been checked.
_TABLE_BYTES = 9
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Coded:
    """A query for a base: as it came, and rotated for the codes."""

    query: Vector
    rotated: Vector


@dataclass(frozen=True, slots=True)
class Base:
    """`hidden` are the `veiled` rows that are not visible or not there, `removed` the `gone` ones since."""

    stored: Stored
    search: FormSearch
    rows: StoredRows
    scorer: Callable[[], Scorer]
    directory: Directory
    hidden: Bytes1
    removed: Bytes1
    gone: int
    veiled: int

    @property
    def form(self) -> str:
        return self.stored.meta.form

    @property
    def living(self) -> int:
        """Count the keys that are there still."""
        return self.stored.meta.living - self.gone

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM: the form's, the sets of rows, and the tables of pages."""
        tables = _TABLE_BYTES * (self.stored.disk_bytes // PAGE)
        return self.search.memory_bytes + self.hidden.nbytes + self.removed.nbytes + tables

    def find(self, notes: Rows) -> tuple[Rows, Rows]:
        """Return note rows and rows of the keys, visible or not, of sorted distinct notes, by row."""
        named, rows = self.directory.find(notes, self.rows)
        kept = ~hidden.has(self.removed, rows)
        return named[kept], rows[kept]

    def revised(self, change: Changes) -> Base:
        """Return the base after changes of notes."""
        named, rows = self.find(change.rows)
        if not rows.size:
            return self
        place = np.searchsorted(change.rows, named)
        gone, shown = rows[change.gone[place]], rows[change.shown[place] & ~change.gone[place]]
        veiled = rows[change.gone[place] | ~change.shown[place]]
        bits = hidden.with_rows(hidden.without_rows(self.hidden, shown), veiled)
        removed = hidden.with_rows(self.removed, gone) if gone.size else self.removed
        return replace(
            self, hidden=bits, removed=removed, gone=self.gone + int(gone.size), veiled=hidden.count(bits)
        )

    def best(self, coded: Coded, *, keep: int, allowed: Rows | None, within: Within | None) -> tuple[Rows, Scores]:
        """Return rows with float32 scores, best first; fewer than `keep` only when there are no more."""
        part = 1.0 if allowed is None else allowed.size / max(self.living, 1)
        if allowed is not None and allowed.size <= (_MANY if part <= _SMALL_PART else _FEW):
            _, rows = self.find(allowed)
            if within is not None:
                rows = rows[within.holds(self.rows.times(rows))]
            return self.rows.top(self.scorer(), coded.query, rows, keep=keep)
        if within is not None and (few := self._few_within(allowed, within)) is not None:
            return self.rows.top(self.scorer(), coded.query, few, keep=keep)
        if allowed is None and within is None:
            accept = self._accept(allowed, within) if self.veiled else None
            share = 1 - self.veiled / max(self.stored.meta.rows, 1)
        else:
            accept = self._accept(allowed, within)
            share = self._share(accept) if within is not None else min(part, 1.0)
        return self.search.search(coded.query, coded.rotated, keep=keep, accept=accept, share=share)

    def _few_within(self, allowed: Rows | None, within: Within) -> Rows | None:
        """Return all rows that a range of times leaves, when a sample says that they are few."""
        accept = self._accept(allowed, within)
        if self._share(accept) > _SMALL_PART:
            return None
        count = self.stored.meta.rows
        blocks = (np.arange(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK))
        rows = np.concatenate([block[accept(block)] for block in blocks])
        return rows if rows.size <= _MANY else None

    def _share(self, accept: Accept) -> float:
        """Tell about which part of the rows is accepted, by a sample."""
        count = self.stored.meta.rows
        sample = np.arange(0, count, max(1, count // _SAMPLE))
        return float(accept(sample).mean()) if count else 1.0

    def _accept(self, allowed: Rows | None, within: Within | None) -> Accept:
        def accept(rows: Rows) -> Mask:
            if allowed is None:
                kept = ~hidden.has(self.hidden, rows)
            else:
                notes = self.rows.notes(rows)
                place = np.minimum(np.searchsorted(allowed, notes), allowed.size - 1)
                kept = (allowed[place] == notes) & ~hidden.has(self.removed, rows)
            if within is not None:
                kept[kept] = within.holds(self.rows.times(rows[kept]))
            return kept

        return accept
