"""Writer.add, and what stands in the way of a second note with the same content."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.changes import Operation
from memsvc.domain.notes import Key, KeyKind, Kind, Note, Origin, OriginSpan, Status, TurnSpan
from memsvc.errors import Conflict
from memsvc.ports.storage import Added, Storage
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    at,
    draft,
    forget,
    purge,
    put_vectors,
    restore,
    sha256,
    store,
)


def test_add_answers_each_draft_in_order(storage: Storage) -> None:
    first, second = store(storage, draft("tea"), draft("coffee"))
    assert first.row is not None
    assert second.row is not None
    assert first.row < second.row


def test_a_stored_note_has_every_field_of_its_draft(storage: Storage) -> None:
    content = "user: I moved to Oslo\nassistant: Noted"
    sent = draft(
        content,
        kind=Kind.ROUND,
        event_time=at(-50.25),
        ingest_time=at(10.000001),
        origin=Origin.TOOL_EXTERNAL,
        trust=0.4,
        turns=(TurnSpan("user", 6, 21), TurnSpan("assistant", 33, 38)),
        session="s-1",
        position=3,
        valid_from=at(-60),
        status=Status.LIMITED,
        metadata={"tag": ["ä", 1, 2.5, True, None], "deep": {"a": {}}},
        origins=(OriginSpan(6, 21, Origin.DIRECT_USER), OriginSpan(33, 38, Origin.TOOL_EXTERNAL)),
    )
    (added,) = store(storage, sent)
    with storage.reader(SCOPE) as reader:
        (note,) = reader.notes([sent.id])
    assert note == Note(
        row=added.row or 0,
        id=sent.id,
        kind=Kind.ROUND,
        content=content,
        content_hash=sent.content_hash,
        event_time=at(-50.25),
        ingest_time=at(10.000001),
        origin=Origin.TOOL_EXTERNAL,
        trust=0.4,
        status=Status.LIMITED,
        version=1,
        turns=(TurnSpan("user", 6, 21), TurnSpan("assistant", 33, 38)),
        session=sent.session,
        position=3,
        valid_from=at(-60),
        metadata={"tag": ["ä", 1, 2.5, True, None], "deep": {"a": {}}},
        principal=ACTOR,
        origins=(OriginSpan(6, 21, Origin.DIRECT_USER), OriginSpan(33, 38, Origin.TOOL_EXTERNAL)),
    )


def test_keys_come_back_in_their_order(storage: Storage) -> None:
    content = "green tea in Kyoto"
    keys = (
        Key(KeyKind.USER, sha256("green tea"), start=0, end=9),
        Key(KeyKind.CONTENT, sha256("a text of its own"), text="a text of its own"),
        Key(KeyKind.CONTENT, sha256("Kyoto"), start=13, end=18),
    )
    sent = replace(draft(content), keys=keys)
    store(storage, sent)
    with storage.reader(SCOPE) as reader:
        assert reader.keys(sent.id) == list(keys)


def test_keys_of_an_unknown_note_are_none(storage: Storage) -> None:
    store(storage, draft("tea"))
    with storage.reader(SCOPE) as reader:
        assert reader.keys(draft("never stored").id) == []


def test_a_stored_dedupe_hash_makes_a_duplicate(storage: Storage) -> None:
    first, again = draft("tea"), draft("tea")
    store(storage, first)
    assert store(storage, again) == [Added(None, first.id)]
    with storage.reader(SCOPE) as reader:
        assert reader.notes([again.id]) == []


def test_an_earlier_draft_of_the_call_makes_a_duplicate(storage: Storage) -> None:
    first, other, again = draft("tea"), draft("coffee"), draft("tea")
    added = store(storage, first, other, again)
    assert added[2] == Added(None, first.id)
    assert added[1].duplicate_of is None


def test_a_duplicate_leaves_no_journal_entry(storage: Storage) -> None:
    store(storage, draft("tea"))
    store(storage, draft("tea"))
    with storage.reader(SCOPE) as reader:
        assert [c.operation for c in reader.changes(after_sequence=0, limit=9)] == [Operation.CREATED]


def test_duplicates_names_the_visible_notes(storage: Storage) -> None:
    tea, coffee, gone = draft("tea"), draft("coffee"), draft("milk")
    store(storage, tea, coffee, gone)
    forget(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        found = reader.duplicates([tea.dedupe, coffee.dedupe, gone.dedupe, "0" * 64])
    assert found == {tea.dedupe: tea.id, coffee.dedupe: coffee.id}


@pytest.mark.parametrize("status", [Status.FORGOTTEN, Status.SUPERSEDED, Status.MERGED, Status.QUARANTINED])
def test_a_hidden_note_frees_its_hash(storage: Storage, status: Status) -> None:
    first, again = draft("tea"), draft("tea")
    store(storage, first)
    forget(storage, first.id, status=status)
    (added,) = store(storage, again)
    assert added.duplicate_of is None
    with storage.reader(SCOPE) as reader:
        assert reader.duplicates([first.dedupe]) == {first.dedupe: again.id}


def test_a_limited_note_keeps_its_hash(storage: Storage) -> None:
    first = draft("tea", status=Status.LIMITED)
    store(storage, first)
    assert store(storage, draft("tea")) == [Added(None, first.id)]


def test_a_quarantined_draft_takes_no_hash(storage: Storage) -> None:
    store(storage, draft("tea", status=Status.QUARANTINED))
    (added,) = store(storage, draft("tea"))
    assert added.duplicate_of is None


def test_restoring_into_a_taken_place_conflicts(storage: Storage) -> None:
    first, again = draft("tea"), draft("tea")
    store(storage, first)
    forget(storage, first.id)
    store(storage, again)
    with pytest.raises(Conflict):
        restore(storage, first.id)
    with storage.reader(SCOPE) as reader:
        assert [n.status for n in reader.notes([first.id, again.id])] == [Status.FORGOTTEN, Status.ACTIVE]


def test_a_restored_note_holds_its_hash_again(storage: Storage) -> None:
    first = draft("tea")
    store(storage, first)
    forget(storage, first.id)
    restore(storage, first.id)
    assert store(storage, draft("tea")) == [Added(None, first.id)]


def test_a_purged_note_frees_its_hash(storage: Storage) -> None:
    first = draft("tea")
    store(storage, first)
    purge(storage, first.id)
    (added,) = store(storage, draft("tea"))
    assert added.duplicate_of is None


def test_vectors_may_come_from_an_earlier_transaction(storage: Storage) -> None:
    sent = draft("tea")
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        put_vectors(writer, [sent])
    with storage.writer(SCOPE) as writer:
        (added,) = writer.add([sent], actor=ACTOR)
    assert added.row is not None


def test_a_writer_sees_what_it_added(storage: Storage) -> None:
    sent = draft("tea")
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        put_vectors(writer, [sent])
        writer.add([sent], actor=ACTOR)
        assert [note.id for note in writer.notes([sent.id])] == [sent.id]


def test_many_drafts_at_once(storage: Storage) -> None:
    added = store(storage, *(draft(f"note number {n}") for n in range(300)))
    rows = [one.row for one in added]
    assert rows == sorted(set(rows), key=lambda row: row or 0)
