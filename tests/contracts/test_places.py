"""Reader.places: where notes stand, and how long they are, on every store."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.domain.ids import SessionId
from memsvc.domain.notes import KeyKind, TurnSpan
from memsvc.domain.scope import Scope
from memsvc.ports.storage import Places, Storage
from tests.support.drafts import ACTOR, SCOPE, T0, draft, forget, key, purge, put_vectors, store

S1, S2 = SessionId("s-1"), SessionId("s-2")


def places(storage: Storage, *rows: int | None, scope: Scope = SCOPE) -> Places:
    with storage.reader(scope) as reader:
        return reader.places([row for row in rows if row is not None])


def session_row(storage: Storage, session: SessionId) -> int:
    with storage.reader(SCOPE) as reader:
        found = reader.session(session)
    assert found is not None
    return found.row


def test_notes_come_by_ascending_row_whatever_the_order_asked(storage: Storage) -> None:
    one, two, three = (added.row for added in store(storage, draft("a"), draft("b"), draft("c")))
    found = places(storage, three, one, two, one)
    assert found.rows.tolist() == [one, two, three]
    assert {column.dtype for column in (found.rows, found.sessions, found.positions, found.words)} == {
        np.dtype(np.int64)
    }


def test_session_and_position_are_told(storage: Storage) -> None:
    added = store(
        storage, draft("a", session=S1, position=0), draft("b", session=S2, position=7), draft("c", session=S1)
    )
    found = places(storage, *(one.row for one in added))
    assert found.sessions.tolist() == [session_row(storage, name) for name in (S1, S2, S1)]
    assert found.positions.tolist() == [0, 7, -1]


def test_a_note_without_a_session_stands_nowhere(storage: Storage) -> None:
    (added,) = store(storage, draft("a"))
    found = places(storage, added.row)
    assert (found.sessions.tolist(), found.positions.tolist()) == ([-1], [-1])


def test_words_are_those_that_are_indexed_of_all_turns(storage: Storage) -> None:
    content = "green tea\n\nblack coffee cup"
    turns = (TurnSpan("user", 0, 9), TurnSpan("assistant", 11, len(content)))
    added = store(storage, draft(content, turns=turns), draft("coffee"), draft("the"))
    found = places(storage, *(one.row for one in added))
    assert found.words.tolist() == [5, 1, 0]
    assert found.mean_words == pytest.approx(2)


def test_words_of_drawn_keys_count(storage: Storage) -> None:
    sent = draft("green tea")
    (added,) = store(storage, sent)
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("x", keys=["warm beverage cup"])])
        writer.rekey(
            sent.id, [*sent.keys, key("warm beverage cup", KeyKind.FACT)], version="v2", at=T0, actor=ACTOR
        )
    found = places(storage, added.row)
    assert (found.words.tolist(), found.mean_words) == ([5], 5)


def test_hidden_notes_have_a_place_and_count_in_the_mean(storage: Storage) -> None:
    hidden = draft("green tea", session=S1, position=3)
    (added, _) = store(storage, hidden, draft("one two three coffee"))
    before = places(storage, added.row).mean_words
    forget(storage, hidden.id)
    found = places(storage, added.row)
    assert (found.rows.tolist(), found.positions.tolist(), found.mean_words) == ([added.row], [3], before)


def test_purged_and_unknown_notes_have_none(storage: Storage) -> None:
    gone, kept = draft("green tea and cup"), draft("coffee")
    added = store(storage, gone, kept)
    purge(storage, gone.id)
    found = places(storage, *(one.row for one in added), 10**9)
    assert (found.rows.tolist(), found.mean_words) == ([added[1].row], 1)


@pytest.mark.parametrize("other", [Scope.of(SCOPE.tenant, "space-2"), Scope.of("tenant-b", SCOPE.namespace)])
def test_another_scopes_notes_have_no_place(storage: Storage, other: Scope) -> None:
    (mine,) = store(storage, draft("green tea"))
    (theirs,) = store(storage, draft("black coffee cup and more words"), scope=other)
    found = places(storage, mine.row, theirs.row)
    assert (found.rows.tolist(), found.mean_words) == ([mine.row], 2)


def test_nothing_is_asked_for(storage: Storage) -> None:
    store(storage, draft("a"))
    assert [len(column) for column in _columns(places(storage))] == [0, 0, 0, 0]


def test_a_namespace_that_does_not_exist_has_no_places(storage: Storage) -> None:
    found = places(storage, 1, 2, 3)
    assert ([len(column) for column in _columns(found)], found.mean_words) == ([0, 0, 0, 0], 0)


def _columns(found: Places) -> tuple[np.ndarray, ...]:
    return found.rows, found.sessions, found.positions, found.words
