"""Canaries are real questions in an order that only the seed's owner can tell."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.guard.canary_pool import NEUTRAL_QUESTIONS
from memsvc.guard.canary_set import Canaries, choose, period_seed, questions_in
from tests.guard.weighted_words import WeightedWords

OWN = [
    f"Where did we put the {thing} of last year?" for thing in ("tent", "bill", "drill", "photo", "map", "lamp")
]


def test_the_same_seed_gives_the_same_canaries() -> None:
    assert choose(OWN, seed=b"one") == choose(reversed(OWN), seed=b"one")


def test_another_seed_gives_other_canaries() -> None:
    assert set(choose(OWN, seed=b"one")) != set(choose(OWN, seed=b"two"))


@pytest.mark.parametrize(
    "other",
    [(b"other", "notes", 1), (b"secret", "work", 1), (b"secret", "notes", 2)],
    ids=["secret", "namespace", "period"],
)
def test_a_seed_depends_on_all_that_it_is_made_of(other: tuple[bytes, str, int]) -> None:
    assert period_seed(*other) != period_seed(b"secret", "notes", 1)


def test_at_most_every_second_canary_is_of_the_namespace() -> None:
    chosen = choose(OWN * 3, seed=b"one", count=8)

    assert len(set(chosen)) == 8
    assert sum(question in OWN for question in chosen) == 4


def test_half_of_the_first_canaries_are_of_the_namespace_too() -> None:
    first = choose(OWN, seed=b"one", count=12)[:2]

    assert sum(question in OWN for question in first) == 1


def test_without_own_questions_all_are_neutral() -> None:
    assert set(choose((), seed=b"one", count=12)) < set(NEUTRAL_QUESTIONS)


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("", []),
        ("I moved. Where did I put the red tent? It rained.", ["Where did I put the red tent?"]),
        ("- What was the name of the hotel?\n- ok", ["What was the name of the hotel?"]),
        ("Really?", []),
        ("Well, " + "so " * 30 + "?", []),
    ],
    ids=["empty", "between sentences", "in a list", "too short", "too long"],
)
def test_questions_of_a_text(text: str, questions: list[str]) -> None:
    assert list(questions_in(text)) == questions


def test_neutral_questions_are_questions_and_unlike() -> None:
    assert len(set(NEUTRAL_QUESTIONS)) == len(NEUTRAL_QUESTIONS) >= 120
    assert all(list(questions_in(question)) == [question] for question in NEUTRAL_QUESTIONS)


def test_canaries_keep_their_order_when_embedded() -> None:
    embedder = WeightedWords()
    canaries = Canaries.of(choose((), seed=b"one", count=4), embedder)

    assert np.array_equal(canaries.vectors, embedder.embed(canaries.texts))


def test_canaries_are_not_in_their_representation() -> None:
    canaries = Canaries.of(("Where did I put the red tent?",), WeightedWords())

    assert "tent" not in repr(canaries)
