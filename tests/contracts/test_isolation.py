"""The same ids and contents in two namespaces and two tenants never mix."""

from __future__ import annotations

import pytest

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Status
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import NotFound
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, draft, forget, purge, sha256, store

OTHERS = [Scope.of(SCOPE.tenant, "space-2"), Scope.of("tenant-b", SCOPE.namespace)]


@pytest.fixture(params=OTHERS, ids=["namespace", "tenant"])
def other(request: pytest.FixtureRequest) -> Scope:
    scope: Scope = request.param
    return scope


@pytest.fixture
def twins(storage: Storage, other: Scope) -> NoteDraft:
    """Store one draft, of the same id and session, in both scopes."""
    sent = draft("green tea", session="s", position=0)
    for scope in (SCOPE, other):
        (added,) = store(storage, sent, scope=scope)
        assert added.duplicate_of is None
    return sent


def rows(storage: Storage, scope: Scope) -> list[int]:
    with storage.reader(scope) as reader:
        return reader.matching_rows(Selection()).tolist()


def test_rows_are_of_one_scope(storage: Storage, other: Scope, twins: NoteDraft) -> None:
    (mine,), (theirs,) = rows(storage, SCOPE), rows(storage, other)
    assert mine != theirs
    with storage.reader(SCOPE) as reader:
        assert [n.row for n in reader.notes([twins.id])] == [mine]
        assert reader.notes_by_row([theirs]) == []
        assert reader.session_rows([theirs]) == {}
        assert reader.page(Selection(), after_row=0, limit=9) == reader.notes_by_row([mine])
        assert [r.note.row for r in reader.records(after_row=0, limit=9)] == [mine]


def test_sessions_are_of_one_scope(storage: Storage, other: Scope, twins: NoteDraft) -> None:
    with storage.reader(other) as reader:
        theirs = reader.session(SessionId("s"))
    with storage.reader(SCOPE) as reader:
        mine = reader.session(SessionId("s"))
        assert mine is not None
        assert theirs is not None
        assert mine.row != theirs.row
        assert reader.sessions_by_row([theirs.row]) == []
        assert reader.sessions_page(after_row=0, limit=9) == [mine]


def test_searches_stay_in_their_scope(storage: Storage, other: Scope, twins: NoteDraft) -> None:
    (mine,), (theirs,) = rows(storage, SCOPE), rows(storage, other)
    with storage.reader(SCOPE) as reader:
        found = reader.lexical("green tea", limit=9, allowed=None)
        assert [ranked.rows.tolist() for ranked in found.values()] == [[mine], [mine]]
        selected = reader.matching_rows(Selection())
        beyond = reader.lexical("green tea", limit=9, allowed=selected - mine + theirs)
        assert [ranked.rows.tolist() for ranked in beyond.values()] == [[], []]
        assert reader.vector_delta(0).note_rows.tolist() == [mine]


def test_forgetting_leaves_the_twin(storage: Storage, other: Scope, twins: NoteDraft) -> None:
    forget(storage, twins.id)
    with storage.reader(other) as reader:
        assert [(n.status, n.version) for n in reader.notes([twins.id])] == [(Status.ACTIVE, 1)]
        assert len(reader.history(twins.id)) == 1
        assert reader.duplicates([twins.dedupe]) == {twins.dedupe: twins.id}


def test_purging_leaves_the_twin(storage: Storage, other: Scope, twins: NoteDraft) -> None:
    purge(storage, twins.id)
    with storage.reader(other) as reader:
        assert [n.content for n in reader.notes([twins.id])] == ["green tea"]
        assert [k.text_hash for k in reader.keys(twins.id)] == [sha256("green tea")]
        assert set(reader.vectors.get_many(MODEL, [sha256("green tea")])) == {sha256("green tea")}
        assert reader.session(SessionId("s")) is not None
        assert len(reader.lexical("green tea", limit=9, allowed=None)["lexical_user"].rows) == 1


def test_another_scopes_note_cannot_be_changed(storage: Storage, other: Scope) -> None:
    mine = draft("mine")
    store(storage, mine)
    store(storage, draft("theirs"), scope=other)
    with pytest.raises(NotFound):
        forget(storage, mine.id, scope=other)
    with storage.writer(other) as writer, pytest.raises(NotFound):
        writer.set_metadata(mine.id, {}, expected_version=None, at=T0, actor=ACTOR)
    assert purge(storage, mine.id, scope=other).notes == 0
    with storage.reader(SCOPE) as reader:
        assert [n.version for n in reader.notes([mine.id])] == [1]


def test_around_stays_in_its_scope(storage: Storage, other: Scope) -> None:
    here = draft("here", session="s", position=0)
    store(storage, here)
    store(storage, draft("there", session="s", position=1), scope=other)
    with storage.reader(SCOPE) as reader:
        (note,) = reader.notes([here.id])
        assert reader.around(note, count=5) == ([], [])
