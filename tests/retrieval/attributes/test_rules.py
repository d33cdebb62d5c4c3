"""Attributes and terms of notes by rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.domain.attributes import Method
from memsvc.domain.notes import TurnSpan
from memsvc.ports.amem import Analysed
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.attributes.analyst import RuleAnalyst
from memsvc_retrieval.attributes.terms import ContentTerms

AT = datetime(2023, 5, 24, 10, 30, tzinfo=UTC)


def plain(content: str) -> Passage:
    return Passage(content, (), AT)


def test_keywords_are_at_most_seven_keyphrases() -> None:
    found = RuleAnalyst().analyse(Analysed(plain("I bought a Leica M6 camera in Lisbon. " * 3)))
    assert "Lisbon" in found.keywords
    assert len(found.keywords) <= 7
    assert found.method is Method.RULES


def test_tags_are_the_words_that_the_session_comes_back_to() -> None:
    session = ["the marathon plan", "marathon shoes", "more marathon training"]
    found = RuleAnalyst().analyse(Analysed(plain("My marathon is over, my knee hurts"), session=session))
    assert found.tags[0] == "marathon"
    assert len(found.tags) <= 3


@pytest.mark.parametrize(
    ("content", "before", "context"),
    [
        ("I do.", "", "on Wednesday, 24 May 2023"),
        ("Ann: I do.", "", "Ann on Wednesday, 24 May 2023"),
        ("I do.", "Do you\n dive?", "on Wednesday, 24 May 2023, after: Do you dive?"),
    ],
)
def test_the_context_is_who_when_and_after_what(content: str, before: str, context: str) -> None:
    assert RuleAnalyst().analyse(Analysed(plain(content), before)).context == context


def test_roles_are_named_once() -> None:
    turns = (TurnSpan("user", 0, 3), TurnSpan("assistant", 3, 6), TurnSpan("user", 6, 9))
    found = RuleAnalyst().analyse(Analysed(Passage("abcdefghi", turns, AT)))
    assert found.context == "user and assistant on Wednesday, 24 May 2023"


def test_a_long_turn_before_is_cut() -> None:
    found = RuleAnalyst().analyse(Analysed(plain("I do."), "word " * 500))
    assert len(found.context) < 250


def test_the_same_note_gives_the_same_attributes() -> None:
    note = Analysed(plain("I bought a Leica M6 in Lisbon"), "Where?", ["Lisbon is sunny"])
    assert RuleAnalyst().analyse(note) == RuleAnalyst().analyse(note)


@pytest.mark.parametrize(
    ("content", "terms"),
    [
        ("I saw the Aurora's light in Tromso, aurora!", ("aurora", "light", "tromso")),
        ("Ann: Ann dives well", ("dives",)),
        ("a an it 1234 -- !", ()),
        ("caf\u00e9 \u00fcber don\u2019t mother-in-law", ("caf\u00e9", "\u00fcber", "mother-in-law")),
    ],
)
def test_terms_are_words_of_four_letters_that_say_something(content: str, terms: tuple[str, ...]) -> None:
    assert ContentTerms().terms(plain(content)) == terms


def test_a_long_note_has_at_most_two_hundred_terms() -> None:
    words = (f"{letter}{other}word" for letter in "abcdefghijklmnopqrst" for other in "abcdefghijklmnopqrst")
    assert len(ContentTerms().terms(plain(" ".join(words)))) == 200
