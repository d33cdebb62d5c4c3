"""A quarantined note is out of every index and read that recall or derived work uses; a released one is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import SessionId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.selection import Selection
from memsvc.domain.triples import Triple
from memsvc.ports.hashing import LshParameters, Purpose
from memsvc.ports.storage import Reader, Storage
from memsvc_stores.lsh import CrossPolytope
from tests.support.derived import link, mention, new_link
from tests.support.drafts import MODEL, SCOPE, T0, at, change, draft, store

HASHING = CrossPolytope()
PARAMETERS = LshParameters(MODEL.dimension, 8, tables=2)
SESSION = SessionId("s")


@pytest.fixture
def poison(storage: Storage) -> NoteDraft:
    """Store a note that every read finds while it is visible, between two others of its session."""
    before = draft("before it", session=SESSION, position=0)
    note = draft("green tea poison", session=SESSION, position=1)
    after = draft("after it", session=SESSION, position=2)
    thought = draft("the user drinks tea", kind=Kind.THOUGHT)
    store(storage, before, note, after, thought)
    link(storage, new_link(note.id, before.id), new_link(note.id, thought.id))
    mention(storage, note.id, "tea")
    with storage.writer(SCOPE) as writer:
        writer.triples.put({note.id: [Triple("I", "drink", "tea")]})
        epoch = writer.buckets.open(Purpose.RECALL, PARAMETERS, hashing=HASHING, at=T0)
        rows = [each.row for each in writer.notes([note.id])]
        writer.buckets.put(epoch, rows, np.zeros((1, 2), np.int64))
        writer.buckets.enforce(epoch)
        writer.guard.put_shingles({note.id: [7]})
    return note


def _neighbours(reader: Reader, note: Note) -> list[int]:
    edges = reader.links.around([note.row - 1, note.row], types=frozenset(LinkType), per_note=9)
    return [*edges.low.tolist(), *edges.high.tolist()]


def _members(reader: Reader) -> list[int]:
    epoch = reader.buckets.epoch(Purpose.RECALL)
    assert epoch is not None
    members: list[int] = reader.buckets.members(epoch, np.zeros((2, 1), np.int64)).tolist()
    return members


READS: dict[str, Callable[[Reader, Note], Any]] = {
    "lexical": lambda r, n: n.row in r.lexical("poison", limit=9, allowed=None)["lexical_all"].rows,
    "page": lambda r, n: n in r.page(Selection(), after_row=0, limit=9),
    "matching_rows": lambda r, n: n.row in r.matching_rows(Selection()),
    "as_of": lambda r, n: n.row in r.matching_rows(Selection(as_of=at(60))),
    "known_at": lambda r, n: n.row in r.matching_rows(Selection(known_at=at(60))),
    "heads": lambda r, n: n.content in r.heads(limit=9, chars=99),
    "around": lambda r, n: any(n.id == each.id for each in r.around(r.notes_by_row([n.row - 1])[0], count=9)[1]),
    "links.of": lambda r, n: r.links.of(n.id) != [],
    "links.of a neighbour": lambda r, n: any(
        each.other == n.id for each in r.links.of(r.notes_by_row([n.row - 1])[0].id)
    ),
    "links.around": lambda r, n: n.row in _neighbours(r, n),
    "mentions": lambda r, n: r.mentions.holders(["tea"], most=9) != [],
    "triples": lambda r, n: n.id in r.triples.with_relation([("i", "drink")], limit=9),
    "buckets": lambda r, n: n.row in _members(r),
    "duplicates": lambda r, n: n.id in r.duplicates([draft(n.content).dedupe]).values(),
    "vector_delta": lambda r, n: r.vector_delta(0).visible[n.row],
    "sharing": lambda r, n: r.guard.sharing([7], most=9) != {},
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_a_quarantined_note_is_hidden_until_it_is_released(
    storage: Storage, poison: NoteDraft, read: Callable[[Reader, Note], Any]
) -> None:
    seen = []
    steps = [
        (Operation.QUARANTINED, Status.QUARANTINED),
        (Operation.RELEASED, Status.ACTIVE),
        (Operation.QUARANTINED, Status.QUARANTINED),
        (Operation.REJECTED, Status.QUARANTINED),
        (Operation.RELEASED, Status.LIMITED),
    ]
    for operation, status in steps:
        note = change(storage, poison.id, operation, status)
        with storage.reader(SCOPE) as reader:
            seen.append(read(reader, note))
    assert seen == [False, True, False, False, True]


def test_the_delta_of_a_change_of_status_has_no_vectors(storage: Storage, poison: NoteDraft) -> None:
    with storage.reader(SCOPE) as reader:
        before = reader.vector_delta(0).upto
    note = change(storage, poison.id, Operation.QUARANTINED, Status.QUARANTINED)
    with storage.reader(SCOPE) as reader:
        found = reader.vector_delta(before)
    assert (dict(found.visible), len(found.note_rows), list(found.purged)) == ({note.row: False}, 0, [])


def test_a_note_can_be_stored_in_quarantine(storage: Storage) -> None:
    held, again = draft("held", status=Status.QUARANTINED), draft("held")
    store(storage, held, again)
    with storage.reader(SCOPE) as reader:
        ranked = reader.lexical("held", limit=9, allowed=None)["lexical_all"]
        assert [note.id for note in reader.notes_by_row(ranked.rows.tolist())] == [again.id]
        assert sorted(reader.vector_delta(0).visible.values()) == [False, True]
        assert [note.id for note in reader.guard.waiting(after_row=0, limit=9)] == [held.id]


def test_a_superseded_note_that_is_released_is_current_again(storage: Storage) -> None:
    old, new = draft("old"), draft("new")
    store(storage, old, new)
    change(
        storage, old.id, Operation.SUPERSEDED, Status.SUPERSEDED, at=at(9), valid_to=at(8), superseded_by=new.id
    )
    change(storage, old.id, Operation.QUARANTINED, Status.QUARANTINED, at=at(10))
    note = change(storage, old.id, Operation.RELEASED, Status.ACTIVE, at=at(11))
    assert (note.valid_to, note.expired_at, note.superseded_by) == (None, None, None)
