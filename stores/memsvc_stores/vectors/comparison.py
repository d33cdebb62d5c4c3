"""Comparing a snapshot with the source, a block of changes at a time."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import Rows, Times, VectorDelta
from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.delta import additions, changes
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.segment import Additions, Mask, Positions
from memsvc_stores.vectors.snapshot import Snapshot

__all__ = ["Comparison"]

_ROWS: Final = 65_536
_NOTHING: Final = np.empty(0, np.int64)


class Comparison:
    """Takes blocks of changes in the order of the journal: what a later one says of a note counts.

    Needs a byte of RAM for each key that is held, and eight for each note that differs. The notes `passed_over`
    (ascending) are left out. Every method raises Damaged.
    """

    def __init__(self, snapshot: Snapshot, *, passed_over: Rows = _NOTHING) -> None:
        self._held = _Held(snapshot)
        self._dimension = snapshot.model.dimension
        self._passed_over = passed_over
        self._named = np.zeros(self._held.count, np.bool_)
        self._wrong: dict[str, Rows] = dict.fromkeys(("missing", "different", "stale"), _NOTHING)

    def take(self, delta: VectorDelta) -> None:
        """Compare the notes of a block; raises DimensionMismatch too."""
        added, change = additions(delta, self._dimension), changes(delta)
        if self._passed_over.size:
            added = added.taken(~np.isin(added.rows, self._passed_over))
        judged = ~np.isin(change.rows, self._passed_over)
        notes, places = self._held.find(change.rows[judged])
        at = np.searchsorted(change.rows, notes)
        moved = self._held.visible(places) != change.shown[at]
        moved &= ~np.isin(notes, np.fromiter(delta.purged, np.int64, len(delta.purged)))
        self._judge("stale", change.rows[judged], np.unique(notes[moved]))
        self._named[places[change.gone[at]]] = False
        restated = change.rows[judged & change.gone]
        self._take_keys(added, notes, places, restated=restated, timed=delta.times is not None)

    def problems(self) -> dict[str, Rows]:
        """Return the notes that differ, ascending, by kind."""
        missing, different, stale = (self._wrong[kind] for kind in ("missing", "different", "stale"))
        extra = self._held.unnamed(self._named)
        return {"missing": missing, "extra": extra, "different": different, "stale": stale}

    def _take_keys(self, added: Additions, notes: Rows, places: Rows, *, restated: Rows, timed: bool) -> None:
        keyed = np.isin(notes, added.rows)
        notes, places = notes[keyed], places[keyed]
        self._named[places] = True
        self._judge("missing", restated, np.setdiff1d(added.rows, notes))
        added = added.taken(np.isin(added.rows, notes))
        unlike = _different(added, notes, self._held.vectors(places))
        if timed:
            # All keys of a note have its times.
            own = added.times[np.searchsorted(added.rows, notes)]
            unlike = np.union1d(unlike, notes[(self._held.times(places) != own).any(axis=1)])
        self._judge("different", restated, unlike)

    def _judge(self, kind: str, judged: Rows, wrong: Rows) -> None:
        """Replace what was said of notes; both lists ascend."""
        kept = self._wrong[kind]
        if kept.size and judged.size and kept[-1] >= judged[0]:
            kept = np.setdiff1d(kept, judged, assume_unique=True)
        if wrong.size:
            ascends = not kept.size or kept[-1] < wrong[0]
            kept = np.concatenate((kept, wrong)) if ascends else np.union1d(kept, wrong)
        self._wrong[kind] = kept


class _Held:
    """The keys of a snapshot by place: the rows of its base, then the entries of its tail."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._base, self._tail = snapshot.base, snapshot.tail
        self._dimension = snapshot.model.dimension
        self._stored = 0 if self._base is None else self._base.stored.meta.rows
        self.count = self._stored + len(self._tail)

    def find(self, notes: Rows) -> tuple[Rows, Rows]:
        """Return note rows, ascending, and places of the keys of sorted distinct notes."""
        entries = self._tail.find(notes)
        entries = entries[self._tail.alive[entries]]
        named, places = self._tail.rows[entries], entries + self._stored
        if self._base is not None:
            stored, rows = self._base.find(notes)
            if rows.size and rows.max() >= self._stored:
                raise Damaged(f"a directory names row {rows.max()} of {self._stored}")
            named, places = np.concatenate((stored, named)), np.concatenate((rows, places))
        order = np.argsort(named, kind="stable")
        return named[order], places[order]

    def vectors(self, places: Rows) -> Matrix:
        """Return the keys at places."""
        stored, entries = self._split(places)
        matrix = np.empty((places.size, self._dimension), np.float32)
        matrix[~stored] = self._tail.matrix[entries]
        if self._base is not None:
            matrix[stored] = self._base.rows.vectors(places[stored])
        return matrix

    def times(self, places: Rows) -> Times:
        """Return event and ingest time of the keys at places."""
        stored, entries = self._split(places)
        times = np.empty((places.size, 2), np.int64)
        times[~stored] = self._tail.times[entries]
        if self._base is not None:
            times[stored] = self._base.rows.times(places[stored])
        return times

    def visible(self, places: Rows) -> Mask:
        """Say which keys are visible."""
        stored, entries = self._split(places)
        visible = np.empty(places.size, np.bool_)
        visible[~stored] = self._tail.visible[entries]
        if self._base is not None:
            visible[stored] = ~hidden.has(self._base.hidden, places[stored])
        return visible

    def unnamed(self, named: Mask) -> Rows:
        """Return the notes, ascending, of living keys that are not among the named ones."""
        left = self._tail.alive & ~named[self._stored :]
        found = [self._tail.rows[left]]
        for start in range(0, self._stored if self._base is not None else 0, _ROWS):
            found.append(self._unnamed_rows(start, named[start : min(start + _ROWS, self._stored)]))
        return np.unique(np.concatenate(found))

    def _unnamed_rows(self, start: int, named: Mask) -> Rows:
        assert self._base is not None
        rows = start + np.flatnonzero(~named)
        notes = self._base.rows.notes(rows)
        left: Rows = notes[(notes != -1) & ~hidden.has(self._base.removed, rows)]
        return left

    def _split(self, places: Rows) -> tuple[Mask, Positions]:
        stored: Mask = places < self._stored
        return stored, places[~stored] - self._stored


def _different(wanted: Additions, notes: Rows, matrix: Matrix) -> Rows:
    """Return the notes whose keys differ, in whatever order; both sides ascend and are of the same notes."""
    distinct, counts = np.unique(notes, return_counts=True)
    uneven = distinct[counts != np.unique(wanted.rows, return_counts=True)[1]]
    if uneven.size:
        wanted = wanted.taken(~np.isin(wanted.rows, uneven))
        kept = ~np.isin(notes, uneven)
        notes, matrix = notes[kept], matrix[kept]
    doubtful = np.isin(notes, notes[(matrix != wanted.matrix).any(axis=1)])
    notes, ours, theirs = notes[doubtful], matrix[doubtful], wanted.matrix[doubtful]
    ours = ours[np.lexsort((*ours.T, notes))]
    theirs = theirs[np.lexsort((*theirs.T, notes))]
    return np.union1d(uneven, notes[(ours != theirs).any(axis=1)])
