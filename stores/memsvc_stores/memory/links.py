"""Links of notes, in memory: each edge is looked for among all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from memsvc.domain.attributes import Method
from memsvc.domain.ids import NoteId
from memsvc.domain.links import SEQUENCE_ACTOR, SEQUENCE_WEIGHT, TYPE_NUMBERS, Link, LinkType, NewLink, link_order
from memsvc.domain.notes import Kind, Note
from memsvc.domain.selection import VISIBLE
from memsvc.ports.derived import Edges
from memsvc_stores.memory.lookups import required_row, session_order
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryLinks", "WritableLinks", "store_links"]


class MemoryLinks:
    """Reads links; `data` is None where nothing was ever written."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def of(self, note: NoteId, *, types: Collection[LinkType] | None = None) -> list[Link]:
        wanted = frozenset(LinkType if types is None else types)
        return [link for _, link in self._from(note) if link.type in wanted]

    def touching(self, notes: Sequence[NoteId]) -> list[Link]:
        data, named = self._data, set(notes)
        if data is None:
            return []
        kept = [link for _, link in sorted(data.links.items(), key=lambda each: each[0])]
        return [
            link if link.note in named else replace(link, note=link.other, other=link.note)
            for link in kept
            if named & {link.note, link.other}
        ]

    def around(self, rows: Sequence[int], *, types: Collection[LinkType], per_note: int) -> Edges:
        data = self._data
        edges: dict[tuple[int, int, int], float] = {}
        for row in {} if data is None else data.notes.keys() & set(map(int, rows)):
            found = [(other, link) for other, link in self._from(self._id(row)) if link.type in types]
            for other, link in found[:per_note]:
                edges[min(row, other), max(row, other), TYPE_NUMBERS[link.type]] = link.weight
        if not edges:
            return Edges.empty()
        low, high, kinds = np.array(sorted(edges), np.int64).T
        return Edges(low, high, np.array([edges[edge] for edge in sorted(edges)], np.float64), kinds)

    def count(self) -> dict[LinkType, int]:
        return dict(Counter(kind for _, _, kind in ({} if self._data is None else self._data.links)))

    def _id(self, row: int) -> NoteId:
        assert self._data is not None
        return self._data.notes[row].note.id

    def _from(self, note: NoteId) -> list[tuple[int, Link]]:
        """Return the links of a visible note to visible notes with the row of the other, in order."""
        stored = None if self._data is None else self._data.find(note)
        if stored is None or self._data is None or stored.note.status not in VISIBLE:
            return []
        links = [*self._stored(stored.note, self._data), *self._sequence(stored.note, self._data)]
        seen = [(row, link) for row, link in links if self._data.notes[row].note.status in VISIBLE]
        return sorted(seen, key=link_order)

    def _stored(self, note: Note, data: NamespaceData) -> Iterator[tuple[int, Link]]:
        for (low, high, _), link in data.links.items():
            if note.row in (low, high):
                other = high if note.row == low else low
                yield (
                    other,
                    Link(note.id, self._id(other), link.type, link.weight, link.method, link.at, link.actor),
                )

    def _sequence(self, note: Note, data: NamespaceData) -> Iterator[tuple[int, Link]]:
        fellows = sorted(
            (
                each.note
                for each in data.notes.values()
                if note.session is not None and each.note.session == note.session and _is_turn(each.note)
            ),
            key=session_order,
        )
        places = [fellow.row for fellow in fellows]
        if note.row not in places:
            return
        here = places.index(note.row)
        for fellow in (*fellows[max(here - 1, 0) : here], *fellows[here + 1 : here + 2]):
            at = max(note.ingest_time, fellow.ingest_time)
            kind, method = LinkType.SEQUENCE, Method.RULES
            yield fellow.row, Link(note.id, fellow.id, kind, SEQUENCE_WEIGHT, method, at, SEQUENCE_ACTOR)


class WritableLinks(MemoryLinks):
    def __init__(self, data: NamespaceData) -> None:
        super().__init__(data)
        self._kept = data

    def put(self, links: Sequence[NewLink], *, at: datetime, actor: str) -> int:
        made = [Link(new.first, new.second, new.type, new.weight, new.method, at, actor) for new in links]
        return store_links(self._kept, made)

    def delete(self, first: NoteId, second: NoteId, type: LinkType) -> bool:
        ends = [self._kept.rows[note] for note in (first, second) if note in self._kept.rows]
        if len(ends) != 2:
            return False
        return self._kept.links.pop((min(ends), max(ends), type), None) is not None


def _is_turn(note: Note) -> bool:
    return note.status in VISIBLE and note.kind is not Kind.THOUGHT


def store_links(data: NamespaceData, links: Sequence[Link]) -> int:
    """Store links in place of those that there are between the same notes; return how many are new."""
    before = len(data.links)
    ends = [sorted((required_row(data, link.note), required_row(data, link.other))) for link in links]
    for link, (low, high) in zip(links, ends, strict=True):
        note, other = data.notes[high].note.id, data.notes[low].note.id
        data.links[low, high, link.type] = replace(link, note=note, other=other)
    return len(data.links) - before
