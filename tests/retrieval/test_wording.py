"""What the words of a note make of its score."""

from __future__ import annotations

import pytest

from memsvc_retrieval.wording import wording_factor

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("content", "openness", "expected"),
    [
        ("Where is it?", 1.0, 0.5),
        ("Where is it?", 0.5, 0.75),
        ("Where is it?", 0.0, 1.0),
        ("It is in Rome.", 1.0, 1.0),
        ("It is here. Is it so?", 1.0, 1 - 0.5 * 9 / 20),
        ("Really? Is that so? No?", 1.0, 0.5),
        ("", 1.0, 1.0),
    ],
)
def test_a_short_note_of_questions_counts_less(content: str, openness: float, expected: float) -> None:
    assert wording_factor(content, openness=openness, named=NOBODY) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Ann: I moved to Rome.", 1.3),
        ("Bob: Ann moved to Rome.", 1.0),
        ("I told Ann: yes.", 1.0),
        ("Ann moved to Rome.", 1.0),
    ],
)
def test_a_note_of_who_is_asked_about_counts_more(content: str, expected: float) -> None:
    assert wording_factor(content, openness=0.0, named={"Ann"}) == pytest.approx(expected)


def test_a_named_speakers_question_is_both() -> None:
    assert wording_factor("Ann: Where is it?", openness=1.0, named={"Ann"}) == pytest.approx(0.5 * 1.3)


def test_a_speaker_counts_no_more_when_nobody_is_named() -> None:
    assert wording_factor("Ann: I moved.", openness=1.0, named=NOBODY) == 1.0
