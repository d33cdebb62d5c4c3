"""What was derived from what, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from memsvc.domain.derivations import CONTENT_ROLES, SOURCE_ROLES, Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind
from memsvc.errors import Conflict
from memsvc.ports.ranking import Rows
from memsvc_stores.memory.lookups import required_row
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryDerivations", "WritableDerivations", "descendant_rows"]


class MemoryDerivations:
    """Reads derivations; `data` is None where nothing was ever written."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def sources(self, notes: Sequence[NoteId]) -> list[Derivation]:
        return [each for each in self._named() if each.note in notes]

    def products(self, notes: Sequence[NoteId]) -> list[Derivation]:
        return [each for each in self._named() if each.source in notes]

    def descendants(self, notes: Sequence[NoteId], *, roles: Collection[Role]) -> list[NoteId]:
        data = self._data
        if data is None:
            return []
        rows = [data.rows[note] for note in notes if note in data.rows]
        return [data.notes[row].note.id for row in sorted(descendant_rows(data, rows, roles=roles))]

    def source_rows(self, rows: Sequence[int]) -> tuple[Rows, Rows]:
        pairs = sorted({(int(row), source) for row in rows for source in self._sources_of(int(row), set())})
        found = np.array(pairs, np.int64).reshape(len(pairs), 2)
        return found[:, 0], found[:, 1]

    def _sources_of(self, row: int, seen: set[int]) -> Iterable[int]:
        data = self._data
        if data is None:
            return
        for note, source, role in data.derivations:
            if note != row or role not in SOURCE_ROLES or source in seen:
                continue
            seen.add(source)
            if data.notes[source].note.kind is Kind.THOUGHT:
                yield from self._sources_of(source, seen)
            else:
                yield source

    def _named(self) -> list[Derivation]:
        data = self._data
        if data is None:
            return []
        return [
            Derivation(data.notes[note].note.id, data.notes[source].note.id, role)
            for note, source, role in sorted(data.derivations)
        ]


class WritableDerivations(MemoryDerivations):
    def __init__(self, data: NamespaceData) -> None:
        super().__init__(data)
        self._kept = data

    def add(self, derivations: Sequence[Derivation]) -> None:
        rows = {note: required_row(self._kept, note) for each in derivations for note in (each.note, each.source)}
        for each in derivations:
            note, source = rows[each.note], rows[each.source]
            if note == source:
                raise Conflict(f"note {each.note} cannot derive from itself")
            below = descendant_rows(self._kept, [note], roles=CONTENT_ROLES)
            if each.role in CONTENT_ROLES and source in below:
                raise Conflict(f"note {each.source} was made from note {each.note}, which cannot derive from it")
            self._kept.derivations.add((note, source, each.role))


def descendant_rows(data: NamespaceData, rows: Iterable[int], *, roles: Collection[Role]) -> set[int]:
    """Return the rows of all that was derived from notes in these roles, in any number of steps."""
    found: set[int] = set()
    edge = set(rows)
    while edge:
        edge = {note for note, source, role in data.derivations if source in edge and role in roles} - found
        found |= edge
    return found
