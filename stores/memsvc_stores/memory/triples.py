"""The triples of thoughts in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from memsvc.domain.ids import NoteId
from memsvc.domain.selection import VISIBLE
from memsvc.domain.triples import Triple, normalised
from memsvc.errors import NotFound
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryReadTriples", "MemoryTriples"]


class MemoryReadTriples:
    """The triples as a reader sees them; `data` is None where nothing was ever written."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def get_many(self, notes: Sequence[NoteId]) -> dict[NoteId, tuple[Triple, ...]]:
        data = self._data
        if data is None:
            return {}
        rows = {note: data.rows[note] for note in notes if note in data.rows}
        return {note: data.triples[row] for note, row in rows.items() if row in data.triples}

    def with_relation(self, pairs: Sequence[tuple[str, str]], *, limit: int) -> list[NoteId]:
        data = self._data
        if data is None:
            return []
        wanted = set(pairs)
        found = (
            data.notes[row].note.id
            for row, triples in sorted(data.triples.items(), reverse=True)
            if data.notes[row].note.status in VISIBLE
            and any((normalised(each.head), normalised(each.relation)) in wanted for each in triples)
        )
        return list(islice(found, limit))


class MemoryTriples(MemoryReadTriples):
    """The triples as a writer sees them."""

    def __init__(self, data: NamespaceData) -> None:
        super().__init__(data)
        self._target = data

    def put(self, triples: Mapping[NoteId, Sequence[Triple]]) -> None:
        data = self._target
        for note in triples:
            if note not in data.rows:
                raise NotFound(f"there is no note {note} to keep triples of")
        for note, its in triples.items():
            if its and data.rows[note] not in data.triples:
                data.triples[data.rows[note]] = tuple(its)
