"""Phrases that only ask are taken out of questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.question.boilerplate import strip_boilerplate


@pytest.mark.parametrize(
    ("question", "stripped"),
    [
        ("Can you remind me of the name of the hotel?", "the name of the hotel?"),
        ("I was wondering if you could tell me about the red bridge?", "the red bridge?"),
        ("I'm looking back at our previous conversation about beer. Which one was it?", "beer. Which one was it?"),
        ("By the way, what is my job?", "what is my job?"),
        ("Do you remember what we named it?", "what we named it?"),
    ],
)
def test_a_phrase_is_stripped(question: str, stripped: str) -> None:
    assert strip_boilerplate(question) == stripped


@pytest.mark.parametrize(
    "question", ["How many films did I watch?", "Can you suggest a show?", "Who reminded me of it?"]
)
def test_a_plain_question_stays(question: str) -> None:
    assert strip_boilerplate(question) == question


@pytest.mark.parametrize("question", ["Can you remind me?", "Please, can you tell me about", "our last chat"])
def test_a_question_of_nothing_else_stays(question: str) -> None:
    assert strip_boilerplate(question) == question


PHRASES = st.sampled_from(
    [
        "can you remind me of",
        "our previous chat",
        "please",
        "I was wondering if you could",
        "about",
        ",",
        ".",
        "?",
        "beer",
        "you said",
        "-",
    ]
)


@given(st.lists(PHRASES).map(" ".join))
def test_words_are_never_all_stripped(question: str) -> None:
    assert any(c.isalnum() for c in strip_boilerplate(question)) == any(c.isalnum() for c in question)
