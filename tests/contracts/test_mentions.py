"""Which terms notes mention, how many do, and which notes share a rare one."""

from __future__ import annotations

import pytest

from memsvc.domain.ids import NoteId
from memsvc.errors import NotFound
from memsvc.ports.storage import Storage
from tests.support.derived import mention
from tests.support.drafts import SCOPE, draft, forget, purge, store


def fill(storage: Storage, *terms: tuple[str, ...]) -> tuple[list[NoteId], list[int]]:
    """Store a note for each tuple of terms; return ids and rows."""
    drafts = [draft(f"note {number}") for number in range(len(terms))]
    rows = [added.row or 0 for added in store(storage, *drafts)]
    for each, of_note in zip(drafts, terms, strict=True):
        mention(storage, each.id, *of_note)
    return [each.id for each in drafts], rows


def test_a_note_has_its_terms_in_order_and_once(storage: Storage) -> None:
    _, (a, b, c) = fill(storage, ("b", "a", "b"), ("a",), ())
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.of_rows([a, b, c, 99]) == {a: ("a", "b"), b: ("a",)}


def test_terms_are_replaced(storage: Storage) -> None:
    (note,), (row,) = fill(storage, ("old", "both"))
    mention(storage, note, "both", "new")
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.of_rows([row]) == {row: ("both", "new")}
        assert reader.mentions.holders(["old"], most=9) == []


def test_hidden_notes_count_in_how_many_mention_a_term(storage: Storage) -> None:
    (a, *_), (_, b, _) = fill(storage, ("x", "y"), ("x",), ("z",))
    forget(storage, a)
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.holders(["x", "y", "none"], most=2) == [("x", b)]
        assert reader.mentions.holders(["x", "y", "none"], most=1) == []


def test_the_visible_holders_of_rare_terms_are_found_newest_first(storage: Storage) -> None:
    ids, (a, b, _, d) = fill(storage, ("x",), ("x", "y"), ("x", "y"), ("x",))
    forget(storage, ids[2])
    with storage.reader(SCOPE) as reader:
        found = reader.mentions.holders(["y", "x", "x", "none"], most=4)
    assert found == [("x", d), ("x", b), ("x", a), ("y", b)]


def test_a_term_of_more_notes_than_asked_for_has_no_holders_even_if_some_are_hidden(storage: Storage) -> None:
    ids, (_, b, _) = fill(storage, ("x",), ("x", "y"), ("x", "y"))
    forget(storage, ids[2])
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.holders(["x", "y"], most=2) == [("y", b)]
        assert reader.mentions.holders(["x", "y"], most=0) == []


def test_the_terms_of_several_notes_are_stored_together_or_not_at_all(storage: Storage) -> None:
    (a, b), (row, other) = fill(storage, ("x",), ())
    with storage.writer(SCOPE) as writer:
        writer.mentions.put({a: ["z"], b: ["y", "z"]})
    with pytest.raises(NotFound), storage.writer(SCOPE) as writer:
        writer.mentions.put({a: ["new"], NoteId("unknown"): ["new"]})
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.of_rows([row, other]) == {row: ("z",), other: ("y", "z")}


def test_terms_differ_by_case_and_accent(storage: Storage) -> None:
    _, rows = fill(storage, ("Zoë",), ("zoë",), ("zoe",))
    with storage.reader(SCOPE) as reader:
        found = reader.mentions.holders(["Zoë", "zoë", "zoe"], most=1)
    assert dict(found) == dict(zip(("Zoë", "zoë", "zoe"), rows, strict=True))


def test_nothing_is_known_of_an_empty_namespace(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.of_rows([1]) == {}
        assert reader.mentions.holders(["x"], most=1) == []


def test_an_unknown_note_mentions_nothing(storage: Storage) -> None:
    fill(storage, ("x",))
    with pytest.raises(NotFound):
        mention(storage, NoteId("unknown"), "x")


def test_a_purged_note_is_not_counted(storage: Storage) -> None:
    (a, _), (_, row) = fill(storage, ("x",), ("x",))
    purge(storage, a)
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.holders(["x"], most=9) == [("x", row)]
