"""Wishes and plans tell little of the user, unless they say what happened."""

from __future__ import annotations

import pytest

from memsvc_retrieval.keys.asking import only_asks


@pytest.mark.parametrize(
    "statement",
    [
        "I'm looking for a good bike shop.",
        "I am currently trying to find a recipe.",
        "I'm also interested in old maps.",
        "I was wondering about the weather in Oslo.",
        "I need some help with my essay.",
        "I'm thinking about a trip to Rome.",
        "I'd like to learn to sail.",
        "I would love some ideas for my garden.",
        "I'll try the red one.",
        "i want to know how bees live",
        "I'M PLANNING A TRIP.",
    ],
)
def test_a_wish_only_asks(statement: str) -> None:
    assert only_asks(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "I bought a red bike.",
        "My dog is called Pixel.",
        "I'm a nurse in Oslo.",
        "I need glasses.",
        "We want to know nothing.",
        "I'm looking up.",
        "",
    ],
)
def test_a_fact_tells(statement: str) -> None:
    assert not only_asks(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "I'm looking for a new bike, since mine was stolen yesterday.",
        "I was wondering about my visit to Oslo last month.",
        "By the way, I'm planning a party.",
        "I'd like to thank my aunt, who used to live here.",
        "I'm thinking of the race that I ran two weeks ago.",
        "I'm just back and looking for a doctor.",
        "I'm looking for a doctor, as I usually do.",
    ],
)
def test_a_wish_that_says_what_happened_tells(statement: str) -> None:
    assert not only_asks(statement)
