"""Export and import: Reader.records and Writer.restore_record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Status, TurnSpan
from memsvc.domain.records import NoteRecord
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict
from memsvc.ports.storage import Storage
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    at,
    change,
    draft,
    forget,
    key,
    purge,
    put_vectors,
    sha256,
    store,
    unit_vector,
)

COPY = Scope.of(SCOPE.tenant, "copy")


def export(storage: Storage, scope: Scope = SCOPE) -> list[tuple[NoteRecord, list[Change]]]:
    with storage.reader(scope) as reader:
        return [(record, reader.history(record.note.id)) for record in reader.records(after_row=0, limit=99)]


def restore_all(
    storage: Storage, records: list[tuple[NoteRecord, list[Change]]], scope: Scope = COPY
) -> list[bool]:
    with storage.writer(scope) as writer:
        writer.open_namespace(MODEL, T0)
        for record, _ in records:
            if record.note.session is not None:
                writer.put_session(SessionId(record.note.session), T0, {})
            texts = {k.text_hash: k.text_in(record.note.content) for k in record.keys}
            writer.vectors.put_many(MODEL, {h: unit_vector(t) for h, t in texts.items()})
        return [writer.restore_record(record, history) for record, history in records]


def without_rows(records: list[tuple[NoteRecord, list[Change]]]) -> list[tuple[NoteRecord, list[Change]]]:
    return [
        (
            replace(record, note=record.note._replace(row=0)),
            [replace(entry, sequence=0, note_row=0) for entry in history],
        )
        for record, history in records
    ]


def fill(storage: Storage) -> None:
    content = "I like green tea\nGood to know"
    said = draft(
        content,
        turns=(TurnSpan("user", 0, 16), TurnSpan("assistant", 17, 29)),
        session="s",
        position=0,
        metadata={"deep": {"list": [1, "ü", None]}},
    )
    old, hidden, new = draft("old", keys=["old", "older"]), draft("hidden"), draft("new", valid_from=at(1))
    store(storage, said, old, hidden, new)
    forget(storage, hidden.id, reason="asked to")
    change(
        storage, old.id, Operation.SUPERSEDED, Status.SUPERSEDED, at=at(9), valid_to=at(8), superseded_by=new.id
    )
    with storage.writer(SCOPE) as writer:
        writer.set_metadata(new.id, {"a": 1.5}, expected_version=None, at=at(10), actor=ACTOR)


def test_records_hold_notes_of_every_status_by_row(storage: Storage) -> None:
    a, b = draft("a"), draft("b", keys=["b1", "b2"])
    store(storage, a, b)
    forget(storage, a.id)
    with storage.reader(SCOPE) as reader:
        first = reader.records(after_row=0, limit=1)
        rest = reader.records(after_row=first[0].note.row, limit=9)
        notes = reader.notes([a.id, b.id])
    assert first + rest == [NoteRecord(notes[0], a.dedupe, a.keys), NoteRecord(notes[1], b.dedupe, b.keys)]


def test_a_round_trip_keeps_everything_but_rows(storage: Storage) -> None:
    fill(storage)
    exported = export(storage)
    assert restore_all(storage, exported) == [True] * 4
    assert without_rows(export(storage, COPY)) == without_rows(exported)


def test_restored_sequences_are_dense(storage: Storage) -> None:
    fill(storage)
    restore_all(storage, export(storage))
    with storage.reader(COPY) as reader:
        assert [c.sequence for c in reader.changes(after_sequence=0, limit=99)] == list(range(1, 8))


def test_restored_notes_are_found_by_their_words(storage: Storage) -> None:
    fill(storage)
    restore_all(storage, export(storage))
    with storage.reader(COPY) as reader:
        hits = reader.lexical("green tea", limit=9, allowed=None)
        other = reader.lexical("good know", limit=9, allowed=None)
        (row,) = hits["lexical_user"].rows.tolist()
        assert [n.content.splitlines()[0] for n in reader.notes_by_row([row])] == ["I like green tea"]
        assert other["lexical_user"].rows.tolist() == []
        assert other["lexical_all"].rows.tolist() == [row]


def test_restored_notes_are_in_the_delta(storage: Storage) -> None:
    fill(storage)
    restore_all(storage, export(storage))
    with storage.reader(COPY) as reader:
        found = reader.vector_delta(0)
        visible = {record.note.row: record.note.status for record in reader.records(after_row=0, limit=9)}
    assert dict(found.visible) == {row: status is Status.ACTIVE for row, status in visible.items()}
    assert len(found.note_rows) == 5


def test_a_note_restored_without_history_is_in_the_delta(storage: Storage) -> None:
    store(storage, draft("a"))
    ((record, _),) = export(storage)
    restore_all(storage, [(record, [])])
    with storage.reader(COPY) as reader:
        found = reader.vector_delta(0)
        (row,) = (r.note.row for r in reader.records(after_row=0, limit=9))
    assert (dict(found.visible), found.note_rows.tolist()) == ({row: True}, [row])


def test_restoring_again_changes_nothing(storage: Storage) -> None:
    fill(storage)
    exported = export(storage)
    restore_all(storage, exported)
    once = export(storage, COPY)
    assert restore_all(storage, exported) == [False] * 4
    assert export(storage, COPY) == once


def test_a_restored_visible_note_holds_its_hash(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    restore_all(storage, export(storage))
    (added,) = store(storage, draft("a"), scope=COPY)
    assert added.duplicate_of == a.id


def test_a_record_whose_place_is_taken_conflicts(storage: Storage) -> None:
    store(storage, draft("a"))
    store(storage, draft("a"), scope=COPY)
    with pytest.raises(Conflict):
        restore_all(storage, export(storage))


def test_a_purged_note_can_be_restored_from_its_record(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    exported = export(storage)
    purge(storage, a.id)
    assert restore_all(storage, exported, SCOPE) == [True]
    with storage.reader(SCOPE) as reader:
        assert [n.id for n in reader.notes([a.id])] == [a.id]
        assert [c.sequence for c in reader.history(a.id)] == [1, 2, 3]


def test_a_rekeyed_note_goes_round_with_its_new_keys(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("b")])
        writer.rekey(a.id, [key("b")], version="v2", at=T0, actor=ACTOR)
    restore_all(storage, export(storage))
    with storage.reader(COPY) as reader:
        assert [k.text_hash for k in reader.keys(a.id)] == [sha256("b")]
