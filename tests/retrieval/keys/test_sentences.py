"""Sentences of summaries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.keys.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They asked. Then they left.", ["They asked.", "Then they left."]),
        ('He said "Go!" She went.', ['He said "Go!"', "She went."]),
        ("It cost $3.50 in all.  Cheap?\nYes", ["It cost $3.50 in all.", "Cheap?", "Yes"]),
        ("Dr. Smith met J. Doe.", ["Dr. Smith met J. Doe."]),
        ("Tools, e.g. Hammers, at 5 p.m. today.", ["Tools, e.g. Hammers, at 5 p.m. today."]),
        ("It is mine and I. Then more.", ["It is mine and I.", "Then more."]),
        ("", []),
        (" \n", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


@given(st.text(alphabet='aB .!?\n"(I'))
def test_no_character_but_spaces_is_lost(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


@pytest.mark.usefixtures("hang_is_an_error")
@pytest.mark.parametrize("text", ["." * 200_000, "?!" * 100_000, "a.\n" * 67_000])
def test_a_text_of_marks_does_not_hang(text: str) -> None:
    assert "".join(split_sentences(text)).split() == text.split()
