"""Reader: notes by id, by row and by page, and the empty namespace."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Status
from memsvc.domain.selection import Selection
from memsvc.errors import EmbedderMismatch
from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Reader, Storage
from tests.support.drafts import MODEL, SCOPE, T0, draft, forget, sha256, store


def test_notes_come_in_the_order_of_the_ids(storage: Storage) -> None:
    drafts = [draft(text) for text in ("a", "b", "c")]
    store(storage, *drafts)
    forget(storage, drafts[1].id)
    wanted = [drafts[2].id, NoteId("unknown"), drafts[0].id, drafts[1].id]
    with storage.reader(SCOPE) as reader:
        assert [n.content for n in reader.notes(wanted)] == ["c", "a", "b"]


def test_notes_by_row_come_in_the_order_of_the_rows(storage: Storage) -> None:
    rows = [added.row or 0 for added in store(storage, draft("a"), draft("b"), draft("c"))]
    with storage.reader(SCOPE) as reader:
        assert [n.content for n in reader.notes_by_row([rows[2], 10**9, rows[0]])] == ["c", "a"]


def test_many_ids_at_once(storage: Storage) -> None:
    drafts = [draft(f"note {n}") for n in range(1500)]
    store(storage, *drafts)
    wanted = [d.id for d in reversed(drafts)]
    with storage.reader(SCOPE) as reader:
        found = reader.notes(wanted)
        again = reader.notes_by_row([n.row for n in found])
    assert [n.id for n in found] == wanted
    assert again == found


def test_matching_rows_ascend_as_int64(storage: Storage) -> None:
    rows = [added.row for added in store(storage, draft("a"), draft("b"), draft("c"))]
    with storage.reader(SCOPE) as reader:
        found = reader.matching_rows(Selection())
    assert found.tolist() == rows
    assert found.dtype == np.int64


def test_matching_rows_among_some_are_those_that_are_selected(storage: Storage) -> None:
    added = store(storage, *(draft(f"n{i}", kind=Kind.FACT if i % 2 else Kind.SUMMARY) for i in range(6)))
    facts = Selection(kinds=frozenset({Kind.FACT}))
    with storage.reader(SCOPE) as reader:
        found = reader.matching_rows(facts, among=[added[3].row, added[1].row, added[2].row, 10**6])
        assert found.tolist() == [added[1].row, added[3].row]
        assert reader.matching_rows(facts, among=[]).tolist() == []


def test_pages_join_to_the_whole(storage: Storage) -> None:
    store(storage, *(draft(f"n{i}", kind=Kind.FACT if i % 3 else Kind.SUMMARY) for i in range(10)))
    selection = Selection(kinds=frozenset({Kind.FACT}))
    found: list[str] = []
    after = 0
    with storage.reader(SCOPE) as reader:
        while page := reader.page(selection, after_row=after, limit=4):
            assert len(page) <= 4
            found += [note.content for note in page]
            after = page[-1].row
    assert found == ["n1", "n2", "n4", "n5", "n7", "n8"]


def test_state_names_the_namespace(storage: Storage) -> None:
    store(storage, draft("a"), draft("b"))
    with storage.reader(SCOPE) as reader:
        state = reader.state
        assert state == NamespaceState(row=state.row if state else 0, last_sequence=2, model=MODEL)
        assert reader.scope == SCOPE


def test_open_namespace_keeps_what_is_there(storage: Storage) -> None:
    store(storage, draft("a"))
    with storage.reader(SCOPE) as reader:
        before = reader.state
    with storage.writer(SCOPE) as writer:
        assert writer.open_namespace(MODEL, T0) == before


@pytest.mark.parametrize("other", [Model("other", 8, 256), Model("test-model", 16, 256)], ids=["id", "dimension"])
def test_another_model_is_refused(storage: Storage, other: Model) -> None:
    store(storage, draft("a"))
    with storage.writer(SCOPE) as writer, pytest.raises(EmbedderMismatch):
        writer.open_namespace(other, T0)


def test_stats_count_by_status(storage: Storage) -> None:
    gone = draft("b", keys=["b1", "b2"], session="s")
    store(storage, draft("a"), gone, draft("c", status=Status.LIMITED))
    forget(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        stats = reader.stats()
    counted = {status: count for status, count in stats.notes.items() if count}
    assert counted == {Status.ACTIVE: 1, Status.LIMITED: 1, Status.FORGOTTEN: 1}
    assert (stats.sessions, stats.keys, stats.last_sequence) == (1, 4, 4)


def assert_every_read_is_empty(reader: Reader) -> None:
    unknown, session = NoteId("unknown"), SessionId("unknown")
    assert reader.state is None
    assert reader.notes([unknown]) == []
    assert reader.notes_by_row([1, 2]) == []
    assert reader.matching_rows(Selection()).tolist() == []
    assert reader.page(Selection(), after_row=0, limit=10) == []
    assert reader.session(session) is None
    assert reader.sessions_page(after_row=0, limit=10) == []
    assert reader.sessions_by_row([1]) == []
    assert reader.session_rows([1]) == {}
    assert reader.keys(unknown) == []
    assert reader.history(unknown) == []
    assert reader.changes(after_sequence=0, limit=10) == []
    hits = reader.lexical("tea", limit=10, allowed=None)
    assert {arm: ranked.rows.tolist() for arm, ranked in hits.items()} == {"lexical_user": [], "lexical_all": []}
    assert reader.duplicates([sha256("x")]) == {}
    assert reader.saved_response("key") is None
    assert reader.session_digest(session) == ""
    assert reader.records(after_row=0, limit=10) == []
    assert reader.vectors.get_many(MODEL, [sha256("x")]) == {}
    delta = reader.vector_delta(0)
    assert (delta.upto, dict(delta.visible), list(delta.purged), len(delta.note_rows)) == (0, {}, [], 0)
    stats = reader.stats()
    assert (sum(stats.notes.values()), stats.sessions, stats.keys, stats.last_sequence) == (0, 0, 0, 0)


def test_every_read_of_an_unknown_namespace_is_empty(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert_every_read_is_empty(reader)


def test_every_read_is_empty_beside_a_full_namespace(storage: Storage) -> None:
    store(storage, draft("tea", session="unknown"))
    with storage.reader(type(SCOPE).of(SCOPE.tenant, "another")) as reader:
        assert_every_read_is_empty(reader)
