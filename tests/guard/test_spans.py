"""Windows of word pieces cover a text, whatever its script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.guard.spans import pieces_of, without_marks


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("  \n", []),
        ("Plain words, written out.", ["Plain", "words", "written", "out"]),
        ("10.0.12.7:5432", ["10", "0", "12", "7", "543", "2"]),
        ("id 3fa9c1", ["id", "3", "fa", "9", "c", "1"]),
        ("two_words", ["two", "words"]),
        ("Завтра", ["Зав", "тра"]),
        ("上海は雨", ["上", "海", "は", "雨"]),
        ("incomprehensibilities", ["incomprehens", "ibilities"]),
    ],
    ids=["empty", "blank", "prose", "address", "hash", "underscore", "cyrillic", "ideographs", "long word"],
)
def test_pieces_are_about_those_of_an_embedder(text: str, pieces: list[str]) -> None:
    assert [text[start:end] for start, end in pieces_of(text).ranges] == pieces


@given(st.text(max_size=200), st.integers(1, 20), st.integers(1, 20))
def test_windows_no_wider_than_their_stride_cover_every_piece(text: str, width: int, stride: int) -> None:
    pieces = pieces_of(text)
    stride = min(width, stride)

    covered = {
        place
        for first in pieces.windows(width, stride=stride)
        for place in range(first, min(first + width, len(pieces)))
    }

    assert covered == set(range(len(pieces)))


@given(st.text(max_size=200))
def test_nothing_but_white_space_and_punctuation_is_outside_the_pieces(text: str) -> None:
    inside = {place for start, end in pieces_of(text).ranges for place in range(start, end)}

    assert not without_marks("".join(character for place, character in enumerate(text) if place not in inside))


def test_the_last_window_ends_with_the_text() -> None:
    text = " ".join(["word"] * 23)
    pieces = pieces_of(text)

    start = pieces.windows(8, stride=5)[-1]

    assert pieces.range(start, 8)[1] == len(text)
