"""Each slot as the rules fill it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from memsvc.ports.extraction import Event
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.entities import Entities
from memsvc_retrieval.keys.events import Events
from memsvc_retrieval.keys.keyphrases import Keyphrases
from memsvc_retrieval.keys.preferences import Preferences
from memsvc_retrieval.keys.summary import Summary
from memsvc_retrieval.keys.user_facts import UserFacts

Said = Callable[..., Passage]


def test_facts_speak_of_the_user(said: Said) -> None:
    facts = UserFacts().extract(said("I have a dog. Can you help? My dog is old."))
    assert facts == ("User has a dog.", "User's dog is old.")


def test_of_many_facts_the_concrete_ones_stay_in_order(said: Said) -> None:
    wishes = [f"I want to look at option {letter}{letter}." for letter in "abcdefghijkl"]
    text = " ".join(["I bought 3 pens in Rome.", *wishes, "My cat is named Tom."])
    facts = UserFacts().extract(said(text))
    assert len(facts) == 12
    assert (facts[0], facts[-1]) == ("User bought 3 pens in Rome.", "User's cat is named Tom.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I prefer window seats.", ("User has mentioned: prefers window seats.",)),
        ("I usually run at dawn.", ("User has mentioned: usually runs at dawn.",)),
        ("I used to smoke a lot.", ("User has mentioned: used to smoke a lot.",)),
        ("My favorite color is red.", ("User has mentioned: User's favorite color is red.",)),
        ("I really love old maps.", ("User has mentioned: really loves old maps.",)),
        ("I'd love to know more of it.", ()),
        ("I like your idea of a walk.", ()),
        ("I bought a red bike.", ()),
        ("Do you usually eat meat?", ()),
    ],
)
def test_preferences(said: Said, text: str, expected: tuple[str, ...]) -> None:
    assert Preferences().extract(said(text)) == expected


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("I ran a race last Sunday.", date(2023, 5, 21), date(2023, 5, 21)),
        ("I ran a race three days ago.", date(2023, 5, 21), date(2023, 5, 21)),
        ("I ran a race last week.", date(2023, 5, 15), date(2023, 5, 21)),
        ("I ran a race on June 3rd.", date(2023, 6, 3), date(2023, 6, 3)),
    ],
)
def test_events_are_resolved_against_the_day_they_are_told(said: Said, text: str, start: date, end: date) -> None:
    told = text.replace("I ", "User ", 1)
    assert Events().extract(said(text)) == (Event(start, end, told),)


@pytest.mark.parametrize(
    "text",
    ["I ran a race.", "When was Easter last year?", "I have lived here from 1990 to 2010.", "I run 3 miles."],
)
def test_without_a_day_there_is_no_event(said: Said, text: str) -> None:
    assert Events().extract(said(text)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I met Ann Lee in Rome.", ("Ann Lee", "Rome")),
        ("Dishes from Peru. We like the New York Times.", ("Peru", "New York Times")),
        ("On Monday I saw Dr. Bell's dog in May.", ("Dr. Bell",)),
        ("We met Ann Lee. Then Lee left, and Ann stayed with Lee.", ("Ann Lee",)),
        ("They read the New York Times; NYT is good, said NYT.", ("New York Times",)),
        ("Walk Max daily. I love Max.", ("Max",)),
        ("Seeing Ann Lee was fun.", ("Ann Lee",)),
        ("We sailed to the Bay of Fundy.", ("Bay of Fundy",)),
        ("Peru is far.", ()),
    ],
)
def test_entities(said: Said, text: str, expected: tuple[str, ...]) -> None:
    assert Entities().extract(said(text)) == expected


def test_names_of_the_reply_are_entities_and_labels_are_not(said: Said) -> None:
    reply = "# Big Plan\n**Prep Time:** short\n1. **Blue Hill**: a place near Oslo"
    assert Entities().extract(said("Where to in Norway?", reply)) == ("Norway", "Oslo", "Blue Hill")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ('I read "The Silent Patient" by her.', "The Silent Patient"),
        ("I met Ann Lee.", "Ann Lee"),
        ("It cost $1,250.50 in all.", "$1,250.50"),
        ("I ran 5 miles of it.", "5 miles"),
        ("I slept 7.5 hours.", "7.5 hours"),
        ("A bread recipe with rye. That bread recipe!", "bread recipe"),
    ],
)
def test_keyphrases(said: Said, text: str, phrase: str) -> None:
    assert phrase in Keyphrases().extract(said(text))


def test_no_keyphrase_has_the_sign_that_parts_them(said: Said) -> None:
    phrases = Keyphrases().extract(said('I read "one; two" and a;b;c.'))
    assert phrases
    assert not any(";" in phrase for phrase in phrases)


def test_the_replies_give_eight_phrases_at_most(said: Said) -> None:
    words = ". ".join(f"word{letter}" for letter in "abcdefghijklmnop")
    assert len(Keyphrases().extract(said("", words))) == 8


def test_a_short_text_is_its_own_summary(said: Said) -> None:
    assert Summary().extract(said("One is here. Two is there?", "Reply.")) == "One is here. Two is there?"


def test_a_summary_keeps_three_sentences_in_order(said: Said) -> None:
    text = "I grow roses in pots. Hm. Roses need pots. It rains. My pots of roses grow."
    assert Summary().extract(said(text)) == "I grow roses in pots. Roses need pots. My pots of roses grow."


def test_without_words_of_the_user_the_reply_is_summed_up(said: Said) -> None:
    assert Summary().extract(said("", "Reply.")) == "Reply."
