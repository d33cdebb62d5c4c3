"""Which terms notes mention, how many do, and the newest that do."""

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
        assert reader.mentions.frequencies(["old"]) == {}


def test_frequencies_count_notes_of_every_status(storage: Storage) -> None:
    (a, *_), _ = fill(storage, ("x", "y"), ("x",), ("z",))
    forget(storage, a)
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.frequencies(["x", "y", "none"]) == {"x": 2, "y": 1}


def test_the_newest_visible_notes_are_found_by_term(storage: Storage) -> None:
    ids, (a, b, c, d) = fill(storage, ("x",), ("x", "y"), ("x", "y"), ("x",))
    forget(storage, ids[2])
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.mentioning(["y", "x", "x"], per_term=2) == [("x", d), ("x", b), ("y", b)]
        assert reader.mentions.mentioning(["x"], per_term=9) == [("x", d), ("x", b), ("x", a)]
        assert c not in [row for _, row in reader.mentions.mentioning(["y"], per_term=9)]


def test_terms_differ_by_case_and_accent(storage: Storage) -> None:
    fill(storage, ("Zoë",), ("zoë",), ("zoe",))
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.frequencies(["Zoë", "zoë", "zoe"]) == {"Zoë": 1, "zoë": 1, "zoe": 1}


def test_nothing_is_known_of_an_empty_namespace(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.of_rows([1]) == {}
        assert reader.mentions.frequencies(["x"]) == {}
        assert reader.mentions.mentioning(["x"], per_term=1) == []


def test_an_unknown_note_mentions_nothing(storage: Storage) -> None:
    fill(storage, ("x",))
    with pytest.raises(NotFound):
        mention(storage, NoteId("unknown"), "x")


def test_a_purged_note_is_not_counted(storage: Storage) -> None:
    (a, _), (_, row) = fill(storage, ("x",), ("x",))
    purge(storage, a)
    with storage.reader(SCOPE) as reader:
        assert reader.mentions.frequencies(["x"]) == {"x": 1}
        assert reader.mentions.mentioning(["x"], per_term=9) == [("x", row)]
