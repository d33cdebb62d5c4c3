from __future__ import annotations

import pytest

from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.encoder.words import trigger_words
from memsvc_evals.redteam.optimise.carrier import after
from memsvc_evals.redteam.optimise.constraints import LanguageCap, Undetected, both
from memsvc_evals.redteam.optimise.language import WordBigrams

SEEN = ["the garden by the river", "the garden was like the river"]


@pytest.fixture
def language(encoder: LocalEncoder) -> WordBigrams:
    return WordBigrams(SEEN, trigger_words(encoder))


def test_words_in_a_known_order_surprise_less(language: WordBigrams) -> None:
    known, unknown = language.bits(["the", "garden"]), language.bits(["the", "zebra"])

    assert known[1] < unknown[1] - 2


def test_a_word_outside_the_vocabulary_surprises_most(language: WordBigrams) -> None:
    assert language.bits(["xylophones"])[0] > language.bits(["zebra"])[0]


def test_one_odd_window_decides(language: WordBigrams) -> None:
    odd = language.worst_window("the garden by the river zebra quartz the garden by the river", size=2)

    assert odd == pytest.approx(max(language.worst_window("zebra quartz"), odd))
    assert odd > language.worst_window("the garden by the river", size=2) + 2


def test_an_empty_text_does_not_surprise(language: WordBigrams) -> None:
    assert language.worst_window("...") == 0.0


def test_a_cap_lets_only_fluent_triggers_through(language: WordBigrams) -> None:
    cap = LanguageCap(language, language.worst_window("the garden by the river") + 0.1)

    assert cap([["the", "garden", "by", "the", "river"], ["zebra", "quartz", "lemon", "iron"]]) == [True, False]


def test_a_detector_is_asked_of_whole_notes() -> None:
    seen: list[str] = []

    def score(texts: object) -> list[float]:
        found = [str(text) for text in texts]  # type: ignore[attr-defined]
        seen.extend(found)
        return [float("bad" in text) for text in found]

    constraint = Undetected(score, 0.5, (after("where?", 1, then="Yes."), after("who?", 1)))

    assert constraint([("good",), ("bad",)]) == [True, False]
    assert seen[0] == "where? good Yes."


def test_the_second_constraint_is_asked_only_of_what_the_first_allows() -> None:
    asked: list[tuple[str, ...]] = []

    def second(triggers: object) -> list[bool]:
        found = [tuple(each) for each in triggers]  # type: ignore[attr-defined]
        asked.extend(found)
        return [each == ("b",) for each in found]

    combined = both(lambda triggers: [each[0] != "a" for each in triggers], second)

    assert combined([("a",), ("b",), ("c",)]) == [False, True, False]
    assert asked == [("b",), ("c",)]
