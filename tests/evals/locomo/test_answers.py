from __future__ import annotations

import pytest

from memsvc_evals.locomo.answers import abstains, answer_score, normalise, sub_answer_f1, token_f1
from memsvc_evals.locomo.conversation import Category, LocomoQuestion


def question(category: Category, answer: str | None) -> LocomoQuestion:
    return LocomoQuestion("q", category, "what?", answer, ())


def test_normalisation_drops_case_punctuation_articles_and_the_word_and() -> None:
    assert normalise("The cats, and  a Dog's 1,000 bones!") == "cats dogs 1000 bones"


@pytest.mark.parametrize(
    ("prediction", "answer", "score"),
    [
        ("painted the boats", "painting a boat", 1.0),
        ("green boat", "boat", 2 / 3),
        ("boat boat", "boat", 2 / 3),
        ("kiln", "boat", 0.0),
        ("", "boat", 0.0),
        ("the", "a", 0.0),
    ],
)
def test_f1_counts_stemmed_tokens_as_bags(prediction: str, answer: str, score: float) -> None:
    assert token_f1(prediction, answer) == pytest.approx(score)


@pytest.mark.parametrize(
    ("prediction", "score"),
    [("cracked, arrived", 1.0), ("arrived", 0.5), ("arrived early, sank", 1 / 3), ("", 0.0)],
)
def test_sub_answers_each_take_their_best_part(prediction: str, score: float) -> None:
    assert sub_answer_f1(prediction, "arrived, cracked") == pytest.approx(score)


def test_multi_hop_answers_are_split_and_single_hop_answers_are_not() -> None:
    swapped = "green hull, red sail"
    assert answer_score(question(Category.MULTI, "red sail, blue mast"), swapped) == pytest.approx(0.5)
    assert answer_score(question(Category.SINGLE, "red sail, blue mast"), swapped) == pytest.approx(0.5)
    assert answer_score(question(Category.MULTI, "red, blue"), "red") == pytest.approx(0.5)
    assert answer_score(question(Category.SINGLE, "red, blue"), "red") == pytest.approx(2 / 3)


def test_open_domain_counts_the_first_alternative_only() -> None:
    asked = question(Category.OPEN, "Yes; he has a sailboat")
    assert answer_score(asked, "yes") == 1.0
    assert answer_score(asked, "sailboat") == 0.0


def test_other_categories_keep_what_follows_a_semicolon() -> None:
    assert answer_score(question(Category.TEMPORAL, "May; June"), "May") == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("prediction", "says_no"),
    [
        ("No information available.", True),
        ("It is not mentioned in the conversation", True),
        ("I do not know", False),
        ("", False),
    ],
)
def test_two_phrases_are_abstentions(prediction: str, says_no: bool) -> None:
    assert abstains(prediction) is says_no


def test_adversarial_question_is_right_only_when_the_reader_abstains() -> None:
    asked = question(Category.ADVERSARIAL, "to buy a kiln")
    assert answer_score(asked, "to buy a kiln") == 0.0
    assert answer_score(asked, "Not mentioned") == 1.0
