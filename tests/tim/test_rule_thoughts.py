"""Thoughts by rule: sentences in the third person with the triples that they claim."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.domain.notes import TurnSpan
from memsvc.domain.quantities import quantity
from memsvc.domain.triples import Triple
from memsvc.ports.retrieval import Passage
from memsvc.ports.thinking import Material, Thought
from memsvc_retrieval.thoughts.making import RuleThoughts

AT = datetime(2023, 5, 8, 13, 0, tzinfo=UTC)


def spoken(*turns: tuple[str, str]) -> Passage:
    spans, start = [], 0
    for role, text in turns:
        spans.append(TurnSpan(role, start, start + len(text)))
        start += len(text) + 2
    return Passage("\n\n".join(text for _, text in turns), tuple(spans), AT)


def think(passage: Passage | str, before: Passage | None = None) -> list[Thought]:
    if isinstance(passage, str):
        passage = Passage(passage, (), AT)
    return RuleThoughts().think([Material(passage, before)])


def triple(text: str) -> Triple:
    ((found,),) = [thought.triples for thought in think(text)]
    return found


@pytest.mark.parametrize(
    ("said", "head", "relation", "tail"),
    [
        ("John is an actor.", "John", "is", "an actor"),
        ("The capital of China is Beijing.", "China", "capital", "Beijing"),
        ("China's capital is Shanghai.", "China", "capital", "Shanghai"),
        ("I love hiking in the Alps.", "User", "likes", "hiking in the Alps"),
        ("I live in Boston now.", "User", "lives in", "Boston"),
        ("I moved from Boston to New York.", "User", "lives in", "New York"),
        ("I was born in Paris.", "User", "was born in", "Paris"),
        ("I married Anna in 2019.", "User", "is married to", "Anna"),
        ("I prefer tea to coffee.", "User", "prefers", "tea to coffee"),
        ("My favorite food is pizza.", "User", "favorite food", "pizza"),
        ("My sister lives in Rome.", "User's sister", "lives in", "Rome"),
        ("My sister is a teacher.", "User's sister", "is", "a teacher"),
        ("I work at Google as an engineer.", "User", "works at", "Google"),
        ("Ann: I'm working at a bakery now.", "Ann", "works at", "a bakery"),
    ],
)
def test_a_sentence_gives_its_triple(said: str, head: str, relation: str, tail: str) -> None:
    found = triple(said)
    assert (found.head, found.relation, found.tail) == (head, relation, tail)


@pytest.mark.parametrize(
    "said",
    [
        "I hate hiking a lot.",
        "I don't like hiking a lot.",
        "I no longer like hiking a lot.",
        "I stopped liking hiking a lot.",
        "I used to love hiking a lot.",
    ],
)
def test_dislike_and_cessation_deny_the_same_relation(said: str) -> None:
    found = triple(said)
    assert (found.relation, found.tail, found.negated, found.event) == ("likes", "hiking a lot", True, False)


@pytest.mark.parametrize(
    "said", ["I live in Boston now.", "My name is Lena Fox.", "I weigh 70 kg.", "The capital of China is Beijing."]
)
def test_what_has_one_tail_at_a_time_is_functional(said: str) -> None:
    assert triple(said).functional


@pytest.mark.parametrize(
    "said", ["John is an actor.", "I love hiking in the Alps.", "I don't live in Boston anymore."]
)
def test_what_may_have_several_tails_or_none_is_not_functional(said: str) -> None:
    assert not triple(said).functional


@pytest.mark.parametrize(
    "said",
    ["I work at night.", "I live in the moment.", "My dog is Max.", "My friend is Bob.", "I work for free."],
)
def test_what_names_no_place_and_what_one_has_several_of_is_not_functional(said: str) -> None:
    assert not triple(said).functional


def test_the_past_is_an_event_with_its_day() -> None:
    (thought,) = think("I ran a marathon on May 3rd.")
    assert thought.triples[0].event
    assert thought.since == datetime(2023, 5, 3, tzinfo=UTC)


def test_a_move_is_a_state_since_then() -> None:
    (thought,) = think("I moved to Shanghai last month.")
    assert not thought.triples[0].event
    assert thought.since == datetime(2023, 4, 1, tzinfo=UTC)


def test_a_relative_time_is_told_in_brackets() -> None:
    (thought,) = think("Jon: Lost my job as a banker yesterday.")
    assert thought.sentence == "Jon lost Jon's job as a banker yesterday (7 May 2023)."


def test_a_list_gives_a_triple_for_each_item() -> None:
    (thought,) = think("I like tea, coffee and hiking.")
    assert [found.tail for found in thought.triples] == ["tea", "coffee", "hiking"]


@pytest.mark.parametrize("said", ["What is this about?", "Thanks a lot!", "I hope so!", "That sounds great.", ""])
def test_questions_and_courtesies_give_nothing(said: str) -> None:
    assert think(said) == []


def test_a_machine_gives_nothing() -> None:
    assert think(spoken(("assistant", "I live in the cloud, as you know."))) == []


def test_other_roles_are_names() -> None:
    (thought,) = think(spoken(("Mia", "I live in Rome now.")))
    assert thought.sentence == "Mia lives in Rome now."


def test_an_answer_is_one_thought_with_its_question() -> None:
    before = spoken(("user", "Hello."), ("assistant", "Hi! Which sport do you like?"))
    (thought,) = think(spoken(("user", "I mostly go climbing.")), before)
    assert thought.sentence == "Which sport do you like? I mostly go climbing."
    assert thought.triples[0].relation == "answers"


def test_a_functional_statement_within_an_answer_is_a_thought_of_its_own() -> None:
    before = spoken(("assistant", "Where are you?"))
    thoughts = think(spoken(("user", "I live in Rome these days.")), before)
    assert [thought.triples[0].relation for thought in thoughts] == ["answers", "lives in"]


def test_the_words_that_a_thought_is_made_of_are_kept() -> None:
    assert [thought.said for thought in think("I love hiking.")] == ["I love hiking."]


def test_the_same_passages_give_the_same_thoughts() -> None:
    material = [Material(Passage("I love hiking. I live in Boston now.", (), AT)) for _ in range(2)]
    first, second = RuleThoughts().think(material), RuleThoughts().think(material)
    assert first == second
    assert [thought.source for thought in first] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("tail", "value", "unit"),
    [("3 cats", 3, "cat"), ("two dogs", 2, "dog"), ("about 70 kg", 70, "kg"), ("$1,200", 1200, "dollar")],
)
def test_one_number_is_a_quantity(tail: str, value: float, unit: str) -> None:
    assert quantity(tail) == (value, unit)


@pytest.mark.parametrize("tail", ["cats", "5 and 6 dogs", "a talk in 2019", "the 3rd of May", "7"])
def test_none_several_numbers_and_dates_are_no_quantity(tail: str) -> None:
    assert quantity(tail) is None
