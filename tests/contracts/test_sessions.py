"""Sessions: created once, advanced, paged, and the order of notes within them."""

from __future__ import annotations

import pytest

from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Session
from memsvc.ports.storage import Storage
from tests.support.drafts import MODEL, SCOPE, T0, at, draft, forget, store

S1, S2 = SessionId("s-1"), SessionId("s-2")


def test_put_session_creates_it(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        made = writer.put_session(S1, at(7), {"topic": "tea"})
    assert made == Session(made.row, S1, at(7), 0, {"topic": "tea"})
    with storage.reader(SCOPE) as reader:
        assert reader.session(S1) == made


def test_an_existing_session_keeps_its_date_and_metadata(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        made = writer.put_session(S1, at(7), {"topic": "tea"})
        assert writer.put_session(S1, at(99), {"topic": "coffee"}) == made


def test_advance_sets_turns_and_digest(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        writer.put_session(S1, T0, {})
        writer.advance_session(S1, turn_count=4, digest="d4")
    with storage.reader(SCOPE) as reader:
        session = reader.session(S1)
        assert session is not None
        assert (session.turn_count, reader.session_digest(S1)) == (4, "d4")


def test_the_digest_of_a_new_session_is_empty(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        writer.put_session(S1, T0, {})
        assert writer.session_digest(S1) == ""


def test_advancing_keeps_the_other_session(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        other = writer.put_session(S2, T0, {})
        writer.put_session(S1, T0, {})
        writer.advance_session(S1, turn_count=4, digest="d4")
        assert writer.session(S2) == other
        assert writer.session_digest(S2) == ""


def test_sessions_page_by_ascending_row(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        made = [writer.put_session(SessionId(name), T0, {}) for name in ("z", "a", "m")]
    with storage.reader(SCOPE) as reader:
        first = reader.sessions_page(after_row=0, limit=2)
        rest = reader.sessions_page(after_row=first[-1].row, limit=2)
    assert first + rest == made


def test_sessions_by_row_in_the_order_of_the_rows(storage: Storage) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        one, two = writer.put_session(S1, T0, {}), writer.put_session(S2, T0, {})
    with storage.reader(SCOPE) as reader:
        assert reader.sessions_by_row([two.row, 10**9, one.row]) == [two, one]


def test_session_rows_leave_out_notes_without_one(storage: Storage) -> None:
    added = store(storage, draft("a", session=S1), draft("b"), draft("c", session=S1))
    rows = [one.row or 0 for one in added]
    with storage.reader(SCOPE) as reader:
        session = reader.session(S1)
        assert session is not None
        assert reader.session_rows([*rows, 10**9]) == {rows[0]: session.row, rows[2]: session.row}


@pytest.mark.parametrize(
    ("count", "before", "after"),
    [(0, [], []), (1, ["p1"], ["p3"]), (2, ["p0", "p1"], ["p3", "p4"]), (9, ["p0", "p1"], ["p3", "p4"])],
)
def test_around_takes_the_nearest_in_session_order(
    storage: Storage, count: int, before: list[str], after: list[str]
) -> None:
    order = [3, 0, 4, 2, 1]
    middle = {p: draft(f"p{p}", session=S1, position=p) for p in order}
    store(storage, *middle.values(), draft("elsewhere", session=S2, position=1), draft("no session"))
    with storage.reader(SCOPE) as reader:
        (note,) = reader.notes([middle[2].id])
        found = reader.around(note, count=count)
    assert tuple([n.content for n in side] for side in found) == (before, after)


def test_around_skips_hidden_notes(storage: Storage) -> None:
    drafts = [draft(f"p{p}", session=S1, position=p) for p in range(4)]
    store(storage, *drafts)
    forget(storage, drafts[1].id)
    with storage.reader(SCOPE) as reader:
        (note,) = reader.notes([drafts[2].id])
        before, after = reader.around(note, count=1)
    assert [n.content for n in before + after] == ["p0", "p3"]


def test_around_a_hidden_note_finds_its_place(storage: Storage) -> None:
    drafts = [draft(f"p{p}", session=S1, position=p) for p in range(3)]
    store(storage, *drafts)
    hidden = forget(storage, drafts[1].id)
    with storage.reader(SCOPE) as reader:
        before, after = reader.around(hidden, count=5)
    assert [n.content for n in before + after] == ["p0", "p2"]


def test_around_orders_equal_positions_by_row_and_puts_none_last(storage: Storage) -> None:
    store(
        storage,
        draft("loose 1", session=S1),
        draft("same 1", session=S1, position=5),
        draft("loose 2", session=S1),
        draft("same 2", session=S1, position=5),
    )
    with storage.reader(SCOPE) as reader:
        notes = {r.note.content: r.note for r in reader.records(after_row=0, limit=9)}
        before, after = reader.around(notes["same 2"], count=9)
        assert [n.content for n in before] == ["same 1"]
        assert [n.content for n in after] == ["loose 1", "loose 2"]
        before, after = reader.around(notes["loose 2"], count=9)
        assert [n.content for n in before] == ["same 1", "same 2", "loose 1"]
        assert after == []


def test_a_note_without_a_session_has_no_neighbours(storage: Storage) -> None:
    lonely = draft("lonely")
    store(storage, lonely, draft("other"))
    with storage.reader(SCOPE) as reader:
        (note,) = reader.notes([lonely.id])
        assert reader.around(note, count=3) == ([], [])
