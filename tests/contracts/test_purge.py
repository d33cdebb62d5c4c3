"""Writer.purge and Writer.drop_namespace: what goes and what stays."""

from __future__ import annotations

from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.ports.storage import PurgeCounts, Storage
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    at,
    draft,
    forget,
    purge,
    sha256,
    store,
)

OTHER = Scope.of(SCOPE.tenant, "space-2")


def test_a_purged_note_is_gone_from_every_read(storage: Storage) -> None:
    gone, kept = draft("green tea", session="s"), draft("coffee", session="s")
    (added, _) = store(storage, gone, kept)
    purge(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        assert reader.notes([gone.id]) == []
        assert reader.notes_by_row([added.row or 0]) == []
        assert reader.keys(gone.id) == []
        assert reader.duplicates([gone.dedupe]) == {}
        assert [r.note.id for r in reader.records(after_row=0, limit=9)] == [kept.id]
        assert reader.session_rows([added.row or 0]) == {}
        hits = reader.lexical("green tea", limit=9, allowed=None)
        assert [ranked.rows.tolist() for ranked in hits.values()] == [[], []]


def test_purge_counts_what_it_erased(storage: Storage) -> None:
    store(storage, draft("kept", keys=["shared"]))
    a = draft("a", keys=["shared", "a1"], session="s-a")
    b = draft("b", keys=["a1", "b1"], session="s-b")
    store(storage, a, b)
    assert purge(storage, a.id, b.id) == PurgeCounts(notes=2, keys=4, vectors=2, sessions=2)


def test_unknown_ids_are_ignored(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    assert purge(storage, NoteId("unknown"), a.id, a.id) == PurgeCounts(1, 1, 1, 0)
    assert purge(storage, a.id) == PurgeCounts(0, 0, 0, 0)


def test_purging_in_an_unknown_namespace_does_nothing(storage: Storage) -> None:
    assert purge(storage, NoteId("unknown")) == PurgeCounts(0, 0, 0, 0)
    with storage.reader(SCOPE) as reader:
        assert reader.state is None


def test_a_hidden_note_can_be_purged(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    forget(storage, a.id)
    assert purge(storage, a.id).notes == 1


def test_only_unshared_vectors_go(storage: Storage) -> None:
    gone = draft("gone", keys=["shared", "own"])
    store(storage, draft("kept", keys=["shared"]), gone)
    purge(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        found = reader.vectors.get_many(MODEL, [sha256("shared"), sha256("own")])
    assert set(found) == {sha256("shared")}


def test_a_session_goes_with_its_last_note(storage: Storage) -> None:
    a, b = draft("a", session="s"), draft("b", session="s")
    store(storage, a, b)
    assert purge(storage, a.id).sessions == 0
    assert purge(storage, b.id).sessions == 1
    with storage.reader(SCOPE) as reader:
        assert reader.sessions_page(after_row=0, limit=9) == []
        assert reader.session_digest(a.session or "") == ""


def test_a_hidden_note_keeps_its_session(storage: Storage) -> None:
    a, b = draft("a", session="s"), draft("b", session="s")
    store(storage, a, b)
    forget(storage, a.id)
    assert purge(storage, b.id).sessions == 0


def test_an_empty_session_of_others_stays(storage: Storage) -> None:
    a = draft("a", session="s")
    store(storage, a, sessions={"still empty": T0})
    purge(storage, a.id)
    with storage.reader(SCOPE) as reader:
        assert [s.id for s in reader.sessions_page(after_row=0, limit=9)] == ["still empty"]


def test_the_tombstone_says_who_and_when(storage: Storage) -> None:
    a = draft("a")
    (added,) = store(storage, a)
    with storage.writer(SCOPE) as writer:
        writer.purge([a.id], at=at(8), actor="eraser")
    with storage.reader(SCOPE) as reader:
        last = reader.changes(after_sequence=1, limit=9)
    assert [(c.sequence, c.operation, c.note_row, c.note, c.at, c.actor) for c in last] == [
        (2, Operation.PURGED, added.row, a.id, at(8), "eraser")
    ]


def test_other_notes_keep_their_history(storage: Storage) -> None:
    a, b = draft("a"), draft("b")
    store(storage, a, b)
    forget(storage, b.id)
    with storage.reader(SCOPE) as reader:
        before = reader.history(b.id)
    purge(storage, a.id)
    with storage.reader(SCOPE) as reader:
        assert reader.history(b.id) == before


def test_responses_of_the_namespace_go_with_a_purge(storage: Storage) -> None:
    a = draft("a")
    store(storage, a)
    store(storage, draft("b"), scope=OTHER)
    for scope in (SCOPE, OTHER):
        with storage.writer(scope) as writer:
            writer.save_response(f"key-{scope.namespace}", "hash", b"may repeat content", at=T0)
    purge(storage, a.id)
    with storage.reader(SCOPE) as reader:
        assert reader.saved_response("key-space-1") is None
        assert reader.saved_response("key-space-2") == ("hash", b"may repeat content")


def test_purging_many_notes_at_once(storage: Storage) -> None:
    drafts = [draft(f"note {n}", session=f"s{n % 7}") for n in range(1200)]
    store(storage, *drafts)
    assert purge(storage, *(d.id for d in drafts)) == PurgeCounts(1200, 1200, 1200, 7)


def drop(storage: Storage, scope: Scope = SCOPE) -> PurgeCounts:
    with storage.writer(scope) as writer:
        counts = writer.drop_namespace(at=T0, actor=ACTOR)
        assert writer.state is None
    return counts


def test_a_dropped_namespace_leaves_nothing(storage: Storage) -> None:
    a = draft("a", keys=["a1", "a2"], session="s")
    store(storage, a, draft("b"), sessions={"empty": T0})
    assert drop(storage) == PurgeCounts(notes=2, keys=3, vectors=3, sessions=2)
    with storage.reader(SCOPE) as reader:
        assert reader.state is None
        assert reader.notes([a.id]) == []
        assert reader.history(a.id) == []
        assert reader.changes(after_sequence=0, limit=9) == []
        assert reader.sessions_page(after_row=0, limit=9) == []
        assert reader.vectors.get_many(MODEL, [sha256("a1")]) == {}
        assert reader.lexical("a", limit=9, allowed=None)["lexical_all"].rows.tolist() == []
    assert storage.directory.scopes() == []


def test_dropping_takes_the_namespaces_responses(storage: Storage) -> None:
    store(storage, draft("a"))
    with storage.writer(SCOPE) as writer:
        writer.save_response("key", "hash", b"body", at=T0)
    drop(storage)
    with storage.reader(SCOPE) as reader:
        assert reader.saved_response("key") is None


def test_dropping_an_unknown_namespace_does_nothing(storage: Storage) -> None:
    assert drop(storage) == PurgeCounts(0, 0, 0, 0)


def test_dropping_leaves_the_other_namespace(storage: Storage) -> None:
    kept = draft("the same")
    store(storage, draft("the same"))
    store(storage, kept, scope=OTHER)
    drop(storage)
    with storage.reader(OTHER) as reader:
        (record,) = reader.records(after_row=0, limit=9)
        assert record.note.id == kept.id
        assert set(reader.vectors.get_many(MODEL, [sha256("the same")])) == {sha256("the same")}
        assert reader.lexical("same", limit=9, allowed=None)["lexical_all"].rows.tolist() == [record.note.row]


def test_a_namespace_opened_again_is_a_new_one(storage: Storage) -> None:
    store(storage, draft("a"))
    with storage.reader(SCOPE) as reader:
        old = reader.state
    drop(storage)
    again = draft("a")
    store(storage, again)
    with storage.reader(SCOPE) as reader:
        new = reader.state
        changes: list[Change] = reader.changes(after_sequence=0, limit=9)
        assert len(reader.matching_rows(Selection())) == 1
    assert old is not None
    assert new is not None
    assert new.row != old.row
    assert [(c.sequence, c.note) for c in changes] == [(1, again.id)]
