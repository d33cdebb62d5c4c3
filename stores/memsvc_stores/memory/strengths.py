"""Counts of sightings and recalls in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.domain.selection import HOLDING
from memsvc.domain.strengths import Holding, Strength
from memsvc.domain.uses import Uses
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryReadStrengths", "MemoryStrengths"]


class MemoryReadStrengths:
    """Without a namespace there are none."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def of(self, notes: Sequence[NoteId]) -> list[Strength]:
        if self._data is None:
            return []
        return self.of_rows([self._data.rows[note] for note in notes if note in self._data.rows])

    def of_rows(self, rows: Sequence[int]) -> list[Strength]:
        data = self._data
        if data is None:
            return []
        return [_strength(data, data.notes[row].note) for row in sorted(set(map(int, rows)) & data.notes.keys())]

    def holdings(self, *, after_row: int, limit: int) -> list[Holding]:
        data = self._data
        if data is None:
            return []
        later = (stored.note for row, stored in data.notes.items() if row > after_row)
        held = (note for note in later if note.status in HOLDING)
        return [
            Holding(_strength(data, note), note.kind, note.status, len(note.content.encode()))
            for note in islice(held, limit)
        ]


class MemoryStrengths(MemoryReadStrengths):
    def sighted(self, notes: Sequence[NoteId], *, at: datetime) -> None:
        for note in notes:
            self._add(note, Uses(1, 0, at))

    def unsighted(self, counts: Mapping[NoteId, int]) -> None:
        data = self._data
        for row, times in [] if data is None else [(data.rows.get(note), n) for note, n in counts.items()]:
            if data is not None and row in data.strengths:
                uses = data.strengths[row]
                data.strengths[row] = replace(uses, seen=max(0, uses.seen - times))

    def recalled(self, counts: Mapping[NoteId, int], *, at: datetime) -> None:
        for note, times in counts.items():
            self._add(note, Uses(0, times, at))

    def _add(self, note: NoteId, more: Uses) -> None:
        data = self._data
        if data is None or note not in data.rows:
            return
        row = data.rows[note]
        data.strengths[row] = data.strengths[row].plus(more) if row in data.strengths else more


def _strength(data: NamespaceData, note: Note) -> Strength:
    uses = data.strengths.get(note.row)
    if uses is None:
        return Strength(note.row, note.id, note.ingest_time)
    return Strength(note.row, note.id, note.ingest_time, 1 + uses.seen, uses.recalled, uses.at)
