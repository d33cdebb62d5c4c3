"""Which names and rare terms notes mention, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from memsvc.domain.ids import NoteId
from memsvc.domain.selection import VISIBLE
from memsvc_stores.memory.lookups import required_row
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryMentions", "WritableMentions"]


class MemoryMentions:
    """Reads mentions; `data` is None where nothing was ever written."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def of_rows(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        kept = self._kept()
        return {row: kept[row] for row in map(int, rows) if row in kept}

    def holders(self, terms: Sequence[str], *, most: int) -> list[tuple[str, int]]:
        notes = {} if self._data is None else self._data.notes
        counts = Counter(term for mentioned in self._kept().values() for term in mentioned)
        kept = sorted(self._kept().items(), reverse=True)
        return [
            (term, row)
            for term in sorted(counts.keys() & set(terms))
            if counts[term] <= most
            for row, mentioned in kept
            if term in mentioned and notes[row].note.status in VISIBLE
        ]

    def _kept(self) -> dict[int, tuple[str, ...]]:
        return {} if self._data is None else self._data.mentions


class WritableMentions(MemoryMentions):
    def __init__(self, data: NamespaceData) -> None:
        super().__init__(data)
        self._target = data

    def put(self, terms: Mapping[NoteId, Sequence[str]]) -> None:
        rows = {note: required_row(self._target, note) for note in terms}
        for note, mentioned in terms.items():
            self._target.mentions.pop(rows[note], None)
            if mentioned:
                self._target.mentions[rows[note]] = tuple(sorted(set(mentioned)))
