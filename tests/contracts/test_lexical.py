"""Reader.lexical: BM25 for the user's words and for all words, the same in every store."""

from __future__ import annotations

import math

import numpy as np
import pytest

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.notes import Kind, Status, TurnSpan, lexical_fields
from memsvc.ports.ranking import Ranked, Rows
from memsvc.ports.storage import Storage
from memsvc_stores.lexical import Analyzer
from memsvc_stores.memory import MemoryStorage
from tests.support.drafts import SCOPE, draft, forget, restore, store

ARMS = ("lexical_user", "lexical_all")


def said(user: str, assistant: str) -> NoteDraft:
    content = f"{user}\n{assistant}"
    middle = len(user)
    turns = (TurnSpan("user", 0, middle), TurnSpan("assistant", middle + 1, len(content)))
    return draft(content, kind=Kind.ROUND, turns=turns)


def search(storage: Storage, text: str, *, limit: int = 10, allowed: list[int] | None = None) -> dict[str, Ranked]:
    rows: Rows | None = None if allowed is None else np.array(allowed, np.int64)
    with storage.reader(SCOPE) as reader:
        return reader.lexical(text, limit=limit, allowed=rows)


def rows_of(found: dict[str, Ranked]) -> dict[str, list[int]]:
    return {arm: ranked.rows.tolist() for arm, ranked in found.items()}


def test_arms_tell_the_users_words_from_all(storage: Storage) -> None:
    first, second = (
        one.row for one in store(storage, said("I adore tulips", "Lovely"), said("What now?", "Plant tulips"))
    )
    found = rows_of(search(storage, "tulips"))
    assert found["lexical_user"] == [first]
    assert sorted(found["lexical_all"]) == sorted([first, second])  # type: ignore[type-var]


def test_a_note_without_turns_is_the_users(storage: Storage) -> None:
    (added,) = store(storage, draft("tulips are red"))
    assert rows_of(search(storage, "tulips")) == {arm: [added.row] for arm in ARMS}


def test_the_best_come_first_and_ties_by_row(storage: Storage) -> None:
    added = store(
        storage,
        draft("a tulip in a long note about gardens, spades, rain and other matters"),
        draft("tulip one"),
        draft("tulip two"),
        draft("tulip tulip"),
        draft("nothing of the kind"),
    )
    rows = [one.row for one in added]
    found = search(storage, "tulip")["lexical_all"]
    assert found.rows.tolist() == [rows[3], rows[1], rows[2], rows[0]]
    assert np.all(np.diff(found.scores) <= 0)
    assert (found.rows.dtype, found.scores.dtype) == (np.int64, np.float32)


def test_a_limit_keeps_the_best(storage: Storage) -> None:
    store(storage, *(draft("tulip " * n + "rose " * (9 - n)) for n in range(1, 9)))
    whole = search(storage, "tulip")["lexical_all"]
    part = search(storage, "tulip", limit=3)["lexical_all"]
    assert part.rows.tolist() == whole.rows.tolist()[:3]


def test_hidden_notes_are_not_found(storage: Storage) -> None:
    hidden, limited = draft("tulip one"), draft("tulip two", status=Status.LIMITED)
    _, kept = store(storage, hidden, limited)
    forget(storage, hidden.id)
    assert rows_of(search(storage, "tulip")) == {arm: [kept.row] for arm in ARMS}


def test_a_restored_note_is_found_again(storage: Storage) -> None:
    note = draft("tulip")
    (added,) = store(storage, note)
    forget(storage, note.id)
    restore(storage, note.id)
    assert rows_of(search(storage, "tulip")) == {arm: [added.row] for arm in ARMS}


def test_allowed_restricts_whatever_the_status(storage: Storage) -> None:
    hidden = draft("tulip one")
    one, two, _three = (one.row or 0 for one in store(storage, hidden, draft("tulip two"), draft("tulip three")))
    forget(storage, hidden.id)
    found = search(storage, "tulip", allowed=[one, two])
    assert rows_of(found) == {arm: [one, two] for arm in ARMS}


def test_allowed_restricts_inside_the_search(storage: Storage) -> None:
    rows = [one.row or 0 for one in store(storage, *(draft(f"tulip {'tulip ' * n}x{n}") for n in range(30)))]
    found = search(storage, "tulip", limit=2, allowed=rows[:2])
    assert {arm: sorted(ranked) for arm, ranked in rows_of(found).items()} == dict.fromkeys(ARMS, rows[:2])


def test_nothing_allowed_finds_nothing(storage: Storage) -> None:
    store(storage, draft("tulip"))
    assert rows_of(search(storage, "tulip", allowed=[])) == {arm: [] for arm in ARMS}


@pytest.mark.parametrize("text", ["", "the of and", "unheard", "\"(*) AND NOT ' -:^ NEAR(", "tul*", "%"])
def test_odd_questions_find_nothing(storage: Storage, text: str) -> None:
    store(storage, draft("tulip"))
    assert rows_of(search(storage, text)) == {arm: [] for arm in ARMS}


_CORPUS = [
    said("I planted 200 tulips and roses in March", "Tulips like sun. Roses like patience."),
    said("Where did I plant the roses?", "Behind the house, in March."),
    said("My sister's café in Kraków sells żurek", "Żurek is a sour soup"),
    said("", "only the assistant speaks of tulips"),
    draft("A document about planting, planters and plants: tulip, rose, oak. " * 20, kind=Kind.DOCUMENT),
    draft("東京タワーに行きました"),
    draft("User-defined C++ code: foo_bar(x) -> $100.50; e-mail me@example.org"),
    draft("tulip"),
    draft("!!! ..."),
    draft("Forgotten tulips", status=Status.FORGOTTEN),
    draft("word " * 400 + "tulip"),
]


@pytest.mark.parametrize(
    "question",
    [
        "tulips",
        "Where did I plant roses in March?",
        "planting planters planted",
        "cafe krakow zurek",
        "東京",
        "$100.50 foo_bar me@example.org",
        "sister's word",
        "tulip tulip rose",
    ],
)
def test_scores_equal_the_book(storage: Storage, question: str) -> None:
    book = MemoryStorage()
    mine = [one.row or 0 for one in store(storage, *_CORPUS)]
    theirs = [one.row or 0 for one in store(book, *_CORPUS)]
    found, expected = search(storage, question, limit=99), search(book, question, limit=99)
    for arm in ARMS:
        assert [mine.index(row) for row in found[arm].rows] == [theirs.index(row) for row in expected[arm].rows]
        np.testing.assert_allclose(found[arm].scores, expected[arm].scores, atol=1e-4)


def test_the_book_is_the_formula() -> None:
    book = MemoryStorage()
    lone = [one.row for one in store(book, *_CORPUS)][7]
    found = search(book, "tulip", limit=99)["lexical_user"]
    scores = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    terms = [Analyzer().prepare(*lexical_fields(one.content, one.turns)).user_terms for one in _CORPUS]
    having = sum("tulip" in each for each in terms)
    average = sum(len(each) for each in terms) / len(terms)
    idf = math.log(1 + (len(terms) - having + 0.5) / (having + 0.5))
    assert scores[lone] == pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 / average)), abs=1e-5)
