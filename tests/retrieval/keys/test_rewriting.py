"""The first person becomes the user."""

from __future__ import annotations

import pytest

from memsvc_retrieval.keys.rewriting import about_the_user


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I'm late.", "User is late."),
        ("I've moved.", "User has moved."),
        ("I'd been there.", "User had been there."),
        ("I'd go.", "User would go."),
        ("I'll go and I don't care.", "User will go and User doesn't care."),
        ("I love it.", "User loves it."),
        ("I usually watch it.", "User usually watches it."),
        ("I study, I go.", "User studies, User goes."),
        ("I play.", "User plays."),
        ("I bought it.", "User bought it."),
        ("my sister gave me mine", "User's sister gave User User's"),
        ("the I.D. card", "The I.D. card"),
        ("Mimi and Ike met.", "Mimi and Ike met."),
    ],
)
def test_the_first_person(said: str, told: str) -> None:
    assert about_the_user(said) == told
