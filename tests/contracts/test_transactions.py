"""All or nothing, snapshots, and writers that wait for each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.jobs import NewJob
from memsvc.domain.notes import Status
from memsvc.domain.selection import Selection
from memsvc.errors import Unavailable
from memsvc.ports.storage import Storage
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    Interrupted,
    draft,
    forget,
    put_vectors,
    sha256,
    store,
    store_then_fail,
    unit_vector,
)


def test_a_first_write_that_fails_leaves_no_namespace(storage: Storage) -> None:
    with pytest.raises(Interrupted):
        store_then_fail(storage, draft("tea"))
    with storage.reader(SCOPE) as reader:
        assert reader.state is None
    assert storage.directory.scopes() == []


def test_a_failed_write_leaves_the_notes_as_they_were(storage: Storage) -> None:
    kept = draft("tea")
    store(storage, kept)
    with storage.reader(SCOPE) as reader:
        before = (reader.records(after_row=0, limit=9), reader.changes(after_sequence=0, limit=9), reader.stats())
    with pytest.raises(Interrupted):
        store_then_fail(storage, draft("coffee"))
    with storage.reader(SCOPE) as reader:
        after = (reader.records(after_row=0, limit=9), reader.changes(after_sequence=0, limit=9), reader.stats())
        hits = reader.lexical("coffee", limit=5, allowed=None)
    assert after == before
    assert hits["lexical_all"].rows.tolist() == []


def _change_everything_then_fail(storage: Storage, note: NoteId) -> None:
    with storage.writer(SCOPE) as writer:
        writer.put_session(SessionId("new"), T0, {})
        writer.vectors.put_many(MODEL, {sha256("new"): unit_vector("new")})
        writer.set_metadata(note, {"a": 1}, expected_version=None, at=T0, actor=ACTOR)
        writer.save_response("key", "hash", b"body", at=T0)
        writer.enqueue(NewJob("sweep", "sweep"), at=T0)
        writer.purge([note], at=T0, actor=ACTOR)
        raise Interrupted


def test_a_failed_write_undoes_every_kind_of_change(storage: Storage) -> None:
    kept = draft("tea", session="s")
    store(storage, kept)
    with pytest.raises(Interrupted):
        _change_everything_then_fail(storage, kept.id)
    with storage.reader(SCOPE) as reader:
        assert [(n.version, n.metadata) for n in reader.notes([kept.id])] == [(1, {})]
        assert [s.id for s in reader.sessions_page(after_row=0, limit=9)] == ["s"]
        assert reader.vectors.get_many(MODEL, [sha256("new")]) == {}
        assert reader.saved_response("key") is None
        assert set(reader.vectors.get_many(MODEL, [sha256("tea")])) == {sha256("tea")}
    assert storage.jobs.list(SCOPE.tenant, status=None, limit=9) == []


def _drop_then_fail(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
        raise Interrupted


def test_a_failed_drop_leaves_the_namespace(storage: Storage) -> None:
    store(storage, draft("tea"))
    with pytest.raises(Interrupted):
        _drop_then_fail(storage)
    with storage.reader(SCOPE) as reader:
        assert len(reader.matching_rows(Selection())) == 1


def test_a_store_works_on_after_a_failed_write(storage: Storage) -> None:
    with pytest.raises(Interrupted):
        store_then_fail(storage, draft("tea"))
    (added,) = store(storage, draft("tea"))
    assert added.duplicate_of is None


def test_a_reader_keeps_its_snapshot(storage: Storage) -> None:
    first, second = draft("tea"), draft("coffee")
    store(storage, first)
    with storage.reader(SCOPE) as reader:
        before = reader.stats()
        with ThreadPoolExecutor(1) as other:
            other.submit(store, storage, second).result(timeout=20)
            other.submit(forget, storage, first.id).result(timeout=20)
        assert reader.stats() == before
        assert [n.status for n in reader.notes([first.id, second.id])] == [Status.ACTIVE]
        assert reader.state is not None
        assert reader.state.last_sequence == 1
    with storage.reader(SCOPE) as reader:
        assert [n.status for n in reader.notes([first.id, second.id])] == [Status.FORGOTTEN, Status.ACTIVE]


def test_writers_of_one_namespace_are_serialised(storage: Storage) -> None:
    same = [draft("the same words") for _ in range(8)]
    own = [draft(f"own words {n}") for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda pair: store(storage, *pair), zip(same, own, strict=True)))
    assert sum(first.duplicate_of is None for first, _ in added) == 1
    with storage.reader(SCOPE) as reader:
        changes = reader.changes(after_sequence=0, limit=99)
        assert len(reader.matching_rows(Selection())) == 9
    assert [c.sequence for c in changes] == list(range(1, 10))


def test_writers_of_two_namespaces_both_succeed(storage: Storage) -> None:
    scopes = [type(SCOPE).of("tenant", f"space-{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda scope: store(storage, draft("tea"), scope=scope), scopes * 3))
    for scope in scopes:
        with storage.reader(scope) as reader:
            assert reader.stats().last_sequence == 1


def test_put_vectors_survive_a_duplicate(storage: Storage) -> None:
    store(storage, draft("tea"))
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("coffee")])
    with storage.reader(SCOPE) as reader:
        assert set(reader.vectors.get_many(MODEL, [sha256("coffee")])) == {sha256("coffee")}


def test_check_passes_on_an_open_store(storage: Storage) -> None:
    storage.check()


def test_check_after_close_is_unavailable(storage: Storage) -> None:
    storage.close()
    with pytest.raises(Unavailable):
        storage.check()


def test_compact_keeps_what_is_stored(storage: Storage) -> None:
    kept, gone = draft("tea"), draft("coffee")
    store(storage, kept, gone)
    with storage.writer(SCOPE) as writer:
        writer.purge([gone.id], at=T0, actor=ACTOR)
    with storage.reader(SCOPE) as reader:
        before = reader.records(after_row=0, limit=9)
    storage.compact()
    with storage.reader(SCOPE) as reader:
        assert reader.records(after_row=0, limit=9) == before
        assert len(reader.lexical("tea", limit=5, allowed=None)["lexical_all"].rows) == 1
