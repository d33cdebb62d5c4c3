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
from memsvc_stores.vectors.membership import among
from memsvc_stores.vectors.rows import Scored, Scorer, StoredRows
from memsvc_stores.vectors.segment import Mask
from memsvc_stores.vectors.times import RowTimes, Span

__all__ = ["Base", "Coded"]

# Place and checksum of a page, and whether it has been checked.
_TABLE_BYTES = 9


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
    times: RowTimes
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
        """Bytes of anonymous RAM: the form's, the sets of rows and their times, and the tables of pages."""
        tables = _TABLE_BYTES * (self.stored.disk_bytes // PAGE)
        sets = self.hidden.nbytes + self.removed.nbytes + self.times.nbytes + self.rows.nbytes
        return self.search.memory_bytes + sets + tables

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

    def best(self, coded: Coded, *, keep: int, allowed: Rows | None, within: Within | None) -> Scored:
        """Return the best rows; fewer than `keep` only when there are no more."""
        if allowed is not None and allowed.size <= self.search.few:
            _, rows = self.find(allowed)
            if within is not None:
                rows = rows[within.holds(self.rows.times(rows))]
            return self.rows.top(self.scorer(), coded.query, rows, keep=keep)
        span = None if within is None else self.times.span(within)
        if span is not None and span.most <= self.search.few:
            rows = span.rows()
            rows = rows[self._accept(allowed, None)(rows)]
            return self.rows.top(self.scorer(), coded.query, rows, keep=keep)
        plain = allowed is None and within is None and not self.veiled
        accept = None if plain else self._accept(allowed, within)
        share = self._share(allowed, span)
        return self.search.search(
            coded.query,
            coded.rotated,
            keep=keep,
            accept=accept,
            share=share,
            where=None if span is None else span.blocks(),
        )

    def _share(self, allowed: Rows | None, span: Span | None) -> float:
        """Tell about which part of the rows is searched."""
        if allowed is None:
            share = 1 - self.veiled / max(self.stored.meta.rows, 1)
        else:
            share = min(allowed.size / max(self.living, 1), 1.0)
        return share if span is None else share * span.share

    def _accept(self, allowed: Rows | None, within: Within | None) -> Accept:
        unwanted, count = (self.hidden, self.veiled) if allowed is None else (self.removed, self.gone)

        def accept(rows: Rows) -> Mask:
            kept = np.ones(rows.size, np.bool_) if allowed is None else among(allowed, self.rows.notes(rows))
            if count:
                kept &= ~hidden.has(unwanted, rows)
            if within is not None:
                kept[kept] = within.holds(self.rows.times(rows[kept]))
            return kept

        return accept
