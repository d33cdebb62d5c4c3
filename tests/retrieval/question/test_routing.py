"""Questions routed by their text."""

from __future__ import annotations

import pytest

from memsvc_retrieval.question.routing import Route, route


@pytest.mark.parametrize(
    "question",
    [
        "Can you remind me of the hotel that you recommended?",
        "In our previous chat about stars, which one was the nearest?",
        "What did we decide to call the dog?",
        "Which three books did you suggest?",
    ],
)
def test_what_the_assistant_said_is_meant(question: str) -> None:
    assert route(question) == Route(assistant_reference=True, recommendation=False, explicit_time=False)


@pytest.mark.parametrize(
    "question",
    [
        "Any tips for a tired phone?",
        "Can you recommend a show for tonight?",
        "What should I bake?",
        "My cookies are dull. Do you think nuts would help?",
    ],
)
def test_advice_is_asked_for(question: str) -> None:
    assert route(question) == Route(assistant_reference=False, recommendation=True, explicit_time=False)


@pytest.mark.parametrize(
    "question", ["What did I buy last month?", "Who came in March 2023?", "Where was I in 2019?"]
)
def test_a_time_is_named(question: str) -> None:
    assert route(question) == Route(assistant_reference=False, recommendation=False, explicit_time=True)


@pytest.mark.parametrize(
    "question",
    [
        "How many months ago did I move?",
        "Where does my sister live?",
        "What gift did my brother recommend?",
        "How many conversations did I have with my boss?",
        "",
    ],
)
def test_a_plain_question_is_none_of_these(question: str) -> None:
    assert route(question) == Route(assistant_reference=False, recommendation=False, explicit_time=False)
