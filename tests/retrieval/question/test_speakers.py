"""Labels at the beginning of notes, and questions that hold them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.question.speakers import named_in, speaker_of, speakers, without_speakers


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Ann: I moved to Rome", "Ann"),
        ("Ann Mary Lee: hello", "Ann Mary Lee"),
        ("J. O'Brien-Smith: hello", "J. O'Brien-Smith"),
        ("Zo\u00eb: salut", "Zo\u00eb"),
        ("\u0410\u043d\u043d\u0430: \u043f\u0440\u0438\u0432\u0435\u0442", "\u0410\u043d\u043d\u0430"),
        ("\u7530\u4e2d: \u3053\u3093\u306b\u3061\u306f", "\u7530\u4e2d"),
        ("Ann: Bob: no", "Ann"),
        ("Note: buy milk", "Note"),
    ],
)
def test_a_label_of_up_to_three_words(text: str, label: str) -> None:
    assert speaker_of(text) == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann",
        "Ann:",
        "Ann:hello",
        ": hello",
        "I told Ann Lee this: no",
        "http://x: 1",
        "12: noon",
        "12:30: lunch",
        "_x: 1",
        "- Ann: hello",
        " Ann: hello",
        "Ann,Bob: hello",
        "A" * 40 + ": hello",
    ],
)
def test_no_label(text: str) -> None:
    assert speaker_of(text) is None


def test_who_begins_a_tenth_of_the_notes_speaks() -> None:
    heads = ["Ann: yes"] * 3 + ["Bob: no"] * 2 + ["some words"] * 25
    assert speakers(heads) == {"Ann"}


def test_who_begins_one_note_does_not_speak() -> None:
    assert speakers(["Ann: yes", "Bob: no", "Bob: well"]) == {"Bob"}


def test_other_words_before_a_colon_are_no_speakers_when_they_are_rare() -> None:
    heads = ["Note: milk"] * 2 + ["Todo: bread"] * 2 + ["Ann: yes"] * 20
    assert speakers(heads) == {"Ann"}


@pytest.mark.parametrize("heads", [[], ["hello"], ["http://x: 1"] * 9])
def test_nobody_speaks(heads: list[str]) -> None:
    assert speakers(heads) == frozenset()


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Where did Ann move?", {"Ann"}),
        ("where did ann move?", {"Ann"}),
        ("What is Ann's dog called?", {"Ann"}),
        ("What is Ann\u2019s dog called?", {"Ann"}),
        ("Did Ann meet Bob Lee?", {"Ann", "Bob Lee"}),
        ("Ann?", {"Ann"}),
        ("Where did Anna move?", set()),
        ("Where is Joann?", set()),
        ("Did Bob move?", set()),
        ("", set()),
    ],
)
def test_named_as_words(question: str, named: set[str]) -> None:
    assert named_in(question, {"Ann", "Bob Lee"}) == named


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Where did Ann move?", "Where did move?"),
        ("What is Ann's dog called?", "What is dog called?"),
        ("What is ANN\u2019S dog called?", "What is dog called?"),
        ("Did Ann Lee meet Ann?", "Did meet ?"),
        ("Where did Anna move?", "Where did Anna move?"),
        ("Ann", "Ann"),
        ("Ann's Ann Lee?", "Ann's Ann Lee?"),
        ("", ""),
    ],
)
def test_a_question_without_its_speakers(question: str, left: str) -> None:
    assert without_speakers(question, {"Ann", "Ann Lee"}) == left


@pytest.mark.parametrize("label", ["J.R.", "A.*", "O'Neil", "x+y", "(a", "[b]", "a|b", "\\d"])
def test_characters_of_patterns_in_a_label_stand_for_themselves(label: str) -> None:
    assert named_in(f"Where is {label} now?", {label}) == {label}
    assert named_in("Where is JxRx now, 5 or a or b?", {label}) == frozenset()
    assert without_speakers(f"Where is {label} now?", {label}) == "Where is now?"


@given(st.text(max_size=40), st.frozensets(st.text(min_size=1, max_size=5), max_size=4))
def test_words_are_always_left_of_a_question_with_words(question: str, labels: frozenset[str]) -> None:
    left = without_speakers(question, labels)
    assert left == question or any(character.isalnum() or character == "_" for character in left)


@given(st.text(max_size=60))
def test_a_label_stands_at_the_beginning_of_its_note(text: str) -> None:
    label = speaker_of(text)
    assert label is None or text.startswith(f"{label}: ")
