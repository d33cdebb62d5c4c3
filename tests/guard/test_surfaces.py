"""Texts that are looked at cover all key texts of a note."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.guard.surfaces import texts_to_examine


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        ([], []),
        (["whole text", "whole"], [0]),
        (["whole", "whole text"], [1]),
        (["same", "same"], [0]),
        (["first", "second"], [0, 1]),
        (["text", " \n"], [0]),
        (["a b c", "a b", "c d"], [0, 2]),
    ],
    ids=["none", "contained", "contained before", "equal", "unlike", "blank", "overlapping"],
)
def test_texts_within_others_are_left_out(texts: list[str], places: list[int]) -> None:
    assert texts_to_examine(texts) == places


@given(st.lists(st.text(alphabet="ab ", max_size=8), max_size=8))
def test_every_text_is_within_one_that_is_looked_at(texts: list[str]) -> None:
    kept = [texts[place] for place in texts_to_examine(texts)]

    assert all(any(text.strip() in other for other in kept) for text in texts if text.strip())
