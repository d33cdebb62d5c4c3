"""What counts as a statement of the user, and what does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.statements import statements

Said = Callable[..., Passage]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I bought a red bike. It is fast.", ["I bought a red bike."]),
        ("By the way, I bought a red bike.", ["I bought a red bike."]),
        ("My sister lives in Oslo!", ["My sister lives in Oslo!"]),
        ("Where should I go?", []),
        ("What are tips for my garden?", []),
        ("Did I tell you that I just moved to Rome?", ["Did I tell you that I just moved to Rome?"]),
        ("I'm new to golf, can you recommend a club?", ["I'm new to golf"]),
        ("By the way, do you have tips for my lawn?", []),
        ("I think that's great.", []),
        ("I see.", []),
        ("The museum opens at ten.", []),
        ("We’re off to my aunt's farm.", ["We're off to my aunt's farm."]),
        ("I bought a red bike.\nI bought a red bike.", ["I bought a red bike."]),
    ],
)
def test_statements(said: Said, text: str, expected: list[str]) -> None:
    assert statements(said(text)) == expected


def test_the_assistant_states_nothing(said: Said) -> None:
    assert statements(said("Hi.", "I bought a red bike.")) == []


def test_without_turns_all_is_the_users(said: Said) -> None:
    passage = said("")
    assert statements(Passage("I bought a red bike.", (), passage.at)) == ["I bought a red bike."]


@pytest.mark.parametrize(
    "foreign",
    [
        "- I bought a red bike.",
        "1. I bought a red bike.",
        "> I bought a red bike.",
        "```\nI bought a red bike.\n```",
        "```\nI bought a red bike.",
        "if (my_bike != I) { bought = a < red; }",
        "I was a word among very many words. " * 50,
    ],
)
def test_lists_quotes_code_and_documents_are_nobodys_words(said: Said, foreign: str) -> None:
    assert statements(said(f"Please check this:\n\n{foreign}")) == []


def test_around_a_document_the_user_still_speaks(said: Said) -> None:
    document = "I am a line of a novel, and a long one. " * 60
    passage = said(f"My novel begins like this.\n\n{document}\n\nI wrote it in May.")
    assert statements(passage) == ["My novel begins like this.", "I wrote it in May."]
