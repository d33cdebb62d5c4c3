"""The journal: every change, in commit order, with what it changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from memsvc.domain.changes import Change, Operation
from memsvc.domain.notes import Key, KeyKind, Status
from memsvc.domain.scope import Scope
from memsvc.errors import NotFound, PreconditionFailed
from memsvc.ports.storage import Storage
from tests.support.drafts import (
    ACTOR,
    SCOPE,
    T0,
    Interrupted,
    at,
    change,
    draft,
    forget,
    key,
    purge,
    put_vectors,
    restore,
    store,
    store_then_fail,
)

OTHER = Scope.of(SCOPE.tenant, "space-2")


def test_created_entry_has_every_field(storage: Storage) -> None:
    sent = draft("tea", ingest_time=at(5))
    (added,) = store(storage, sent)
    with storage.reader(SCOPE) as reader:
        (entry,) = reader.history(sent.id)
    assert entry == Change(1, Operation.CREATED, added.row or 0, sent.id, at(5), ACTOR, 1, {})


def test_sequences_are_dense_from_one_in_each_namespace(storage: Storage) -> None:
    a, b = draft("a"), draft("b")
    store(storage, a, b)
    store(storage, draft("other"), scope=OTHER)
    forget(storage, a.id)
    store(storage, draft("other 2"), scope=OTHER)
    restore(storage, a.id)
    with storage.reader(SCOPE) as reader:
        entries = reader.changes(after_sequence=0, limit=99)
    assert [(c.sequence, c.operation) for c in entries] == [
        (1, Operation.CREATED),
        (2, Operation.CREATED),
        (3, Operation.FORGOTTEN),
        (4, Operation.RESTORED),
    ]
    with storage.reader(OTHER) as reader:
        assert [c.sequence for c in reader.changes(after_sequence=0, limit=99)] == [1, 2]


def test_a_rolled_back_write_leaves_no_gap(storage: Storage) -> None:
    store(storage, draft("a"))
    with pytest.raises(Interrupted):
        store_then_fail(storage, draft("b"))
    store(storage, draft("c"))
    with storage.reader(SCOPE) as reader:
        assert [c.sequence for c in reader.changes(after_sequence=0, limit=9)] == [1, 2]


def test_changes_go_on_after_a_sequence(storage: Storage) -> None:
    store(storage, *(draft(f"n{i}") for i in range(5)))
    with storage.reader(SCOPE) as reader:
        assert [c.sequence for c in reader.changes(after_sequence=1, limit=2)] == [2, 3]
        assert reader.changes(after_sequence=5, limit=2) == []


def test_history_is_one_notes_own(storage: Storage) -> None:
    a, b = draft("a"), draft("b")
    store(storage, a, b)
    forget(storage, b.id)
    with storage.reader(SCOPE) as reader:
        assert [c.operation for c in reader.history(a.id)] == [Operation.CREATED]
        assert [c.version for c in reader.history(b.id)] == [1, 2]


def test_forgetting_changes_status_and_version(storage: Storage) -> None:
    sent = draft("tea")
    store(storage, sent)
    note = forget(storage, sent.id, at=at(9))
    assert (note.status, note.version, note.expired_at) == (Status.FORGOTTEN, 2, None)
    with storage.reader(SCOPE) as reader:
        assert reader.notes([sent.id]) == [note]
        entry = reader.history(sent.id)[-1]
    assert (entry.operation, entry.at, entry.actor, entry.version) == (Operation.FORGOTTEN, at(9), ACTOR, 2)
    assert entry.patch == {"status": {"old": "active", "new": "forgotten"}}


def test_a_reason_is_kept(storage: Storage) -> None:
    sent = draft("tea")
    store(storage, sent)
    forget(storage, sent.id, reason="asked to")
    with storage.reader(SCOPE) as reader:
        assert "asked to" in str(reader.history(sent.id)[-1].patch["reason"])


def test_superseding_sets_its_three_fields(storage: Storage) -> None:
    old, new = draft("tea"), draft("coffee")
    store(storage, old, new)
    note = change(
        storage,
        old.id,
        Operation.SUPERSEDED,
        Status.SUPERSEDED,
        at=at(20),
        valid_to=at(15),
        superseded_by=new.id,
    )
    assert (note.status, note.valid_to, note.superseded_by, note.expired_at) == (
        Status.SUPERSEDED,
        at(15),
        new.id,
        at(20),
    )
    with storage.reader(SCOPE) as reader:
        assert reader.notes([old.id]) == [note]
        patch = reader.history(old.id)[-1].patch
    assert set(patch) >= {"status", "valid_to", "superseded_by", "expired_at"}


def test_restoring_clears_the_three_fields(storage: Storage) -> None:
    old, new = draft("tea"), draft("coffee")
    store(storage, old, new)
    change(
        storage, old.id, Operation.SUPERSEDED, Status.SUPERSEDED, at=at(20), valid_to=at(15), superseded_by=new.id
    )
    note = restore(storage, old.id)
    assert (note.status, note.version) == (Status.ACTIVE, 3)
    assert (note.valid_to, note.superseded_by, note.expired_at) == (None, None, None)
    with storage.reader(SCOPE) as reader:
        assert reader.notes([old.id]) == [note]


def test_forgetting_a_superseded_note_keeps_the_three_fields(storage: Storage) -> None:
    old, new = draft("tea"), draft("coffee")
    store(storage, old, new)
    change(
        storage, old.id, Operation.SUPERSEDED, Status.SUPERSEDED, at=at(20), valid_to=at(15), superseded_by=new.id
    )
    note = forget(storage, old.id, at=at(30))
    assert (note.valid_to, note.superseded_by, note.expired_at) == (at(15), new.id, at(20))


def test_a_status_change_of_an_unknown_note_is_not_found(storage: Storage) -> None:
    store(storage, draft("tea"))
    with pytest.raises(NotFound):
        forget(storage, draft("never stored").id)


def test_a_status_change_in_an_unknown_namespace_is_not_found(storage: Storage) -> None:
    with pytest.raises(NotFound):
        forget(storage, draft("never stored").id)


def test_another_expected_version_fails(storage: Storage) -> None:
    sent = draft("tea")
    store(storage, sent)
    with pytest.raises(PreconditionFailed):
        forget(storage, sent.id, expected_version=2)
    with storage.reader(SCOPE) as reader:
        assert [n.status for n in reader.notes([sent.id])] == [Status.ACTIVE]


def test_the_expected_version_passes(storage: Storage) -> None:
    sent = draft("tea")
    store(storage, sent)
    assert forget(storage, sent.id, expected_version=1).version == 2


def test_set_metadata_replaces_it(storage: Storage) -> None:
    sent = draft("tea", metadata={"a": 1, "b": 2})
    store(storage, sent)
    with storage.writer(SCOPE) as writer:
        note = writer.set_metadata(sent.id, {"c": [None]}, expected_version=1, at=at(3), actor="someone")
    assert (note.metadata, note.version) == ({"c": [None]}, 2)
    with storage.reader(SCOPE) as reader:
        assert reader.notes([sent.id]) == [note]
        entry = reader.history(sent.id)[-1]
    assert (entry.operation, entry.at, entry.actor, entry.version) == (Operation.UPDATED, at(3), "someone", 2)
    assert entry.patch == {"metadata": {"old": {"a": 1, "b": 2}, "new": {"c": [None]}}}


def test_set_metadata_of_an_unknown_note_is_not_found(storage: Storage) -> None:
    store(storage, draft("tea"))
    with storage.writer(SCOPE) as writer, pytest.raises(NotFound):
        writer.set_metadata(draft("x").id, {}, expected_version=None, at=T0, actor=ACTOR)


def test_set_metadata_of_another_version_fails(storage: Storage) -> None:
    sent = draft("tea")
    store(storage, sent)
    with storage.writer(SCOPE) as writer, pytest.raises(PreconditionFailed):
        writer.set_metadata(sent.id, {"a": 1}, expected_version=7, at=T0, actor=ACTOR)


def test_rekey_replaces_the_keys_and_counts_a_version(storage: Storage) -> None:
    sent = draft("green tea", keys=["one", "two"])
    store(storage, sent)
    new = [Key(KeyKind.USER, sent.keys[1].text_hash, start=0, end=5), key("three")]
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("three")])
        writer.rekey(sent.id, new, version="v2", at=at(4), actor=ACTOR)
    with storage.reader(SCOPE) as reader:
        assert reader.keys(sent.id) == new
        entry = reader.history(sent.id)[-1]
        assert [n.version for n in reader.notes([sent.id])] == [2]
    assert (entry.operation, entry.at, entry.version) == (Operation.REKEYED, at(4), 2)


def test_rekey_of_an_unknown_note_is_not_found(storage: Storage) -> None:
    store(storage, draft("tea"))
    with storage.writer(SCOPE) as writer, pytest.raises(NotFound):
        writer.rekey(draft("x").id, [], version="v2", at=T0, actor=ACTOR)


def test_times_keep_their_microseconds(storage: Storage) -> None:
    moment = T0 + timedelta(microseconds=1)
    sent = draft("tea", ingest_time=moment)
    store(storage, sent)
    with storage.reader(SCOPE) as reader:
        assert [c.at for c in reader.history(sent.id)] == [moment]


def test_history_after_a_purge_is_a_tombstone(storage: Storage) -> None:
    sent = draft("secret tea", metadata={"word": "canary"})
    store(storage, sent)
    with storage.writer(SCOPE) as writer:
        writer.set_metadata(sent.id, {"word": "other"}, expected_version=None, at=T0, actor=ACTOR)
    purge(storage, sent.id)
    with storage.reader(SCOPE) as reader:
        history = reader.history(sent.id)
    assert [c.operation for c in history] == [Operation.CREATED, Operation.UPDATED, Operation.PURGED]
    assert [dict(c.patch) for c in history] == [{}, {}, {}]
    assert [c.sequence for c in history] == [1, 2, 3]
