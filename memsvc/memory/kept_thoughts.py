"""Thoughts as organising sees them: with their triples, their times, and those that may belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.selection import VISIBLE, Selection
from memsvc.domain.triples import Triple, normalised
from memsvc.memory.contradiction import Held
from memsvc.memory.hashing import hashable
from memsvc.ports.embedding import Vector
from memsvc.ports.hashing import Purpose
from memsvc.ports.ranking import Rows
from memsvc.ports.storage import Reader

__all__ = ["ALL_THOUGHTS", "Claim", "KeptThought", "candidates", "claims_of", "kept_thoughts"]

Claim = tuple[str, str]
ALL_THOUGHTS = Selection(kinds=frozenset({Kind.THOUGHT}))
_SAME_CLAIM = 200
_NEAR = 50


@dataclass(frozen=True, slots=True)
class KeptThought:
    note: Note
    held: Held
    vector: Vector | None = field(repr=False)

    @property
    def triples(self) -> tuple[Triple, ...]:
        return self.held.triples

    @property
    def claims(self) -> frozenset[Claim]:
        return claims_of(self.held.triples)


def claims_of(triples: Iterable[Triple]) -> frozenset[Claim]:
    """Return (head, relation) of the triples, normalised; events claim nothing that another could contradict."""
    return frozenset(
        (normalised(triple.head), normalised(triple.relation)) for triple in triples if not triple.event
    )


def kept_thoughts(
    reader: Reader, notes: Sequence[Note], *, statuses: Collection[Status] = VISIBLE
) -> dict[NoteId, KeptThought]:
    """Return those of the notes that are thoughts with triples, and visible, or of other statuses."""
    thoughts = [note for note in notes if note.kind is Kind.THOUGHT and note.status in statuses]
    ids = [note.id for note in thoughts]
    triples = reader.triples.get_many(ids)
    said, orders = _said(reader, thoughts)
    vectors = _vectors(reader, thoughts)
    return {
        note.id: KeptThought(
            note,
            Held(
                note=note.id,
                triples=triples[note.id],
                since=note.valid_from or note.event_time,
                confirmed=said.get(note.row, note.event_time),
                session=note.session,
                order=orders.get(note.row, note.row),
                trust=note.trust,
                dated=note.valid_from is not None,
                limited=note.status is Status.LIMITED,
            ),
            vectors.get(note.row),
        )
        for note in thoughts
        if triples.get(note.id)
    }


def candidates(reader: Reader, focus: Sequence[Note]) -> tuple[list[Note], Mapping[int, Rows]]:
    """Return the visible thoughts that may contradict or equal those in focus, and by row which are near which.

    Those of the same head and relation come from SQL, whatever they sound like; near ones from the hash tables.
    An event contradicts nothing, and is merged with near ones only.
    """
    ids = [note.id for note in focus]
    triples = [triple for of_note in reader.triples.get_many(ids).values() for triple in of_note]
    claims = sorted(claims_of(triple for triple in triples if not triple.event))
    found = [note for claim in claims for note in reader.triples.with_relation([claim], limit=_SAME_CLAIM)]
    near = _near(reader, focus)
    rows = sorted({int(row) for each in near.values() for row in each})
    others = {note.id: note for note in (*reader.notes(list(dict.fromkeys(found))), *reader.notes_by_row(rows))}
    return [note for note in others.values() if note.id not in set(ids)], near


def _near(reader: Reader, focus: Sequence[Note]) -> dict[int, Rows]:
    epoch = reader.buckets.epoch(Purpose.CANDIDATES)
    if epoch is None:
        return {}
    found = {}
    for row, codes in reader.buckets.codes(epoch, [note.row for note in focus]).items():
        members = reader.buckets.members(epoch, np.array(codes, np.int64)[:, None])
        found[row] = members[members != row][:_NEAR]
    return found


def _said(reader: Reader, thoughts: Sequence[Note]) -> tuple[Mapping[int, datetime], Mapping[int, int]]:
    """Return by row when each thought was last said, and the last row that it was said in.

    What is quarantined says nothing.
    """
    rows, sources = reader.derivations.source_rows([note.row for note in thoughts])
    told = reader.notes_by_row(np.unique(sources).tolist())
    times = {note.row: note.event_time for note in told if note.status is not Status.QUARANTINED}
    said: dict[int, datetime] = {}
    orders: dict[int, int] = {}
    for row, source in zip(rows.tolist(), sources.tolist(), strict=True):
        if source in times:
            said[row] = max(said.get(row, times[source]), times[source])
            orders[row] = max(orders.get(row, source), source)
    return said, orders


def _vectors(reader: Reader, thoughts: Sequence[Note]) -> Mapping[int, Vector]:
    if reader.state is None:
        return {}
    rows, matrix = hashable(reader, reader.state.model, thoughts)
    return dict(zip(rows, matrix, strict=True))
