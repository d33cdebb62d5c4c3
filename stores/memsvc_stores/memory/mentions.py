"""Which names and rare terms notes mention, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

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

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        counts = Counter(term for mentioned in self._kept().values() for term in mentioned)
        return {term: counts[term] for term in terms if term in counts}

    def mentioning(self, terms: Sequence[str], *, per_term: int) -> list[tuple[str, int]]:
        notes = {} if self._data is None else self._data.notes
        visible = [row for row in sorted(self._kept(), reverse=True) if notes[row].note.status in VISIBLE]
        return [
            (term, row)
            for term in sorted(set(terms))
            for row in [row for row in visible if term in self._kept()[row]][:per_term]
        ]

    def _kept(self) -> dict[int, tuple[str, ...]]:
        return {} if self._data is None else self._data.mentions


class WritableMentions(MemoryMentions):
    def __init__(self, data: NamespaceData) -> None:
        super().__init__(data)
        self._target = data

    def put(self, note: NoteId, terms: Sequence[str]) -> None:
        row = required_row(self._target, note)
        self._target.mentions.pop(row, None)
        if terms:
            self._target.mentions[row] = tuple(sorted(set(terms)))
