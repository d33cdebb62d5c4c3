"""Words that nobody writes in a row stand out; rare but ordinary text does not."""

from __future__ import annotations

import pytest

from memsvc.guard.findings import NOTHING_FOUND
from memsvc.guard.model_file import GuardModel

QUESTION = "Which bus goes to the library on Sunday?"
SALAD = "tractor philosopher icy memo verdict canoe sulphur"
ORDINARY = [
    "I went to the market with my sister yesterday, and we bought apples, bread and a bottle of wine.",
    "Novak Djokovic beat Rafael Nadal in straight sets in Melbourne.",
    "def load(path):\n    return json.loads(Path(path).read_text())",
    "Meine Schwester hat gesagt, dass wir morgen nicht kommen können, weil sie krank ist.",
    "Mi hermana me dijo que no podemos ir mañana porque está enferma.",
    "明日は妹が病気なので行けません。",
    "Buy milk, eggs, butter, flour, sugar, onions, rice.",
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b by ci-runner",
]


def test_unrelated_words_after_a_question_are_found_where_they_are(guard_model: GuardModel) -> None:
    text = f"{QUESTION} {SALAD}"
    found = guard_model.wordlm.examine(text)
    assert found.score > 20.0
    assert found.span is not None
    assert "philosopher icy memo verdict canoe" in text[slice(*found.span)]


@pytest.mark.parametrize("form", [str.title, str.upper, lambda text: text.replace(" ", ", ")])
def test_capitals_and_commas_do_not_hide_them(guard_model: GuardModel, form: object) -> None:
    assert callable(form)
    plain = guard_model.wordlm.examine(QUESTION).score
    assert guard_model.wordlm.examine(f"{QUESTION} {form(SALAD)}").score > plain + 10.0


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_texts_score_below_what_unrelated_words_do(guard_model: GuardModel, text: str) -> None:
    assert guard_model.wordlm.examine(text).score < 15.0


def test_no_part_of_a_long_text_is_left_out(guard_model: GuardModel) -> None:
    ordinary = "We had lunch and talked about the weather. " * 200
    alone = guard_model.wordlm.examine(ordinary + SALAD).score
    between = guard_model.wordlm.examine(f"{ordinary}{SALAD}. {ordinary}").score
    assert (alone, between) == (pytest.approx(between), pytest.approx(alone))
    assert alone > 20.0


@pytest.mark.parametrize("text", ["", "  \n ", "Yes.", "?! ...", "two words"])
def test_too_few_words_are_nothing(guard_model: GuardModel, text: str) -> None:
    assert guard_model.wordlm.examine(text) == NOTHING_FOUND


def test_a_rare_word_has_more_bits_than_a_common_one(guard_model: GuardModel) -> None:
    bits = guard_model.wordlm.bits
    assert bits("the") < bits("library") < bits("philosopher") < bits("qwzxv")


def test_why_says_nothing_of_the_text(guard_model: GuardModel) -> None:
    why = guard_model.wordlm.examine(f"{QUESTION} {SALAD}").why
    assert not set(SALAD.split()) & set(why.split())
