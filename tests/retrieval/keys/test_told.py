"""What the user told of himself, as ranges of the note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.notes import KeyKind, TurnSpan
from memsvc.ports.retrieval import DrawnKey, KeySpan, Passage
from memsvc_retrieval.keys.drawn import DrawnKeys
from memsvc_retrieval.keys.making import key_maker
from memsvc_retrieval.keys.pipeline import rule_pipeline
from memsvc_retrieval.keys.told import ToldKeys
from memsvc_retrieval.keys.user_text import UserTextKeys

Said = Callable[..., Passage]
AT = datetime(2023, 5, 24, 10, 30, tzinfo=UTC)


def spans(passage: Passage) -> list[KeySpan]:
    return [key for key in ToldKeys().keys(passage) if isinstance(key, KeySpan)]


def told(passage: Passage) -> list[str]:
    return [passage.content[key.start : key.end] for key in spans(passage) if key.kind is KeyKind.STATEMENT]


def conversation(*turns: tuple[str, str]) -> Passage:
    found, start = [], 0
    for role, text in turns:
        found.append(TurnSpan(role, start, start + len(text)))
        start += len(text) + 2
    return Passage("\n\n".join(text for _, text in turns), tuple(found), AT)


def test_the_whole_comes_first_and_each_statement_after_it(said: Said) -> None:
    passage = said("I bought a red bike. It is fast. My dog is called Pixel.")
    assert spans(passage)[0] == KeySpan(KeyKind.USER, 0, len(passage.content))
    assert told(passage) == ["I bought a red bike.", "My dog is called Pixel."]


def test_a_note_without_statements_has_the_keys_of_its_text_alone(said: Said) -> None:
    passage = said("Where is the museum?", "I like museums a lot.")
    assert ToldKeys().keys(passage) == UserTextKeys().keys(passage)


def test_statements_stand_where_they_were_said(said: Said) -> None:
    passage = said("Hi! By the way, I bought a red bike.")
    start = passage.content.index("I bought")
    assert spans(passage)[1:] == [KeySpan(KeyKind.STATEMENT, start, len(passage.content))]


def test_words_of_the_assistant_are_not_taken_for_the_users() -> None:
    said_twice = "I bought a red bike."
    passage = conversation(("assistant", said_twice), ("user", said_twice))
    turn = passage.turns[1]
    assert spans(passage)[1:] == [KeySpan(KeyKind.STATEMENT, turn.start, turn.end)]


def test_each_user_turn_tells() -> None:
    passage = conversation(
        ("user", "I bought a red bike."), ("assistant", "I see your point."), ("user", "My dog is called Pixel.")
    )
    assert told(passage) == ["I bought a red bike.", "My dog is called Pixel."]


def test_without_turns_all_is_the_users() -> None:
    assert told(Passage("I bought a red bike.", (), AT)) == ["I bought a red bike."]


def test_curly_apostrophes_stay_in_the_range(said: Said) -> None:
    assert told(said("Hello. I\u2019ve moved to my aunt\u2019s farm.")) == [
        "I\u2019ve moved to my aunt\u2019s farm."
    ]


def test_mere_wishes_are_left_out(said: Said) -> None:
    passage = said("I'm looking for a good bike shop. I bought a red bike.")
    assert told(passage) == ["I bought a red bike."]


def test_sixteen_statements_at_most(said: Said) -> None:
    passage = said("\n".join(f"I bought bike number {n}." for n in range(30)))
    assert told(passage) == [f"I bought bike number {n}." for n in range(16)]


def test_the_same_words_are_one_statement(said: Said) -> None:
    assert told(said("I bought a red bike.\nI bought a red bike.")) == ["I bought a red bike."]


WORDS = [
    "I",
    "my",
    "we",
    "bought",
    "a",
    "bike",
    "I\u2019m",
    "looking for",
    "?",
    ".",
    "!\n",
    "\n\n",
    ",",
    "```",
    "- ",
    "e.g.",
]
texts = st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
turns = st.lists(st.tuples(st.sampled_from(["user", "assistant", "system"]), texts), max_size=4)


@given(turns)
def test_any_conversation_gives_ranges_of_what_the_user_said(said: Sequence[tuple[str, str]]) -> None:
    passage = conversation(*said)
    users = [(turn.start, turn.end) for turn in passage.turns if turn.role == "user"] or [
        (0, len(passage.content))
    ]
    found = spans(passage)
    statements = [key for key in found if key.kind is KeyKind.STATEMENT]
    if passage.turns and all(role != "user" for role, _ in said):
        assert statements == []
    for key in statements:
        assert any(start <= key.start < key.end <= end for start, end in users)
        assert passage.content[key.start : key.end].strip()
    assert len(statements) <= 16


@given(texts)
def test_any_text_gives_at_least_one_key(content: str) -> None:
    passage = Passage(content, (), AT)
    found = spans(passage)
    assert found[0] == KeySpan(KeyKind.CONTENT, 0, len(content))
    assert found == spans(passage)


def test_the_version_is_not_that_of_whole_texts() -> None:
    assert ToldKeys.version != UserTextKeys.version
    assert ToldKeys.version.startswith(UserTextKeys.version)


@pytest.mark.parametrize(
    ("rules", "version"),
    [
        ("text", UserTextKeys.version),
        ("told", ToldKeys.version),
        ("expanded", DrawnKeys(ToldKeys(), rule_pipeline()).version),
    ],
)
def test_rules_are_made_by_name(rules, version: str) -> None:
    assert key_maker(rules).version == version


def test_expanded_keys_are_those_told_and_more(said: Said) -> None:
    passage = said("I ran a race last Sunday.")
    found = key_maker("expanded").keys(passage)
    assert found[:2] == ToldKeys().keys(passage)
    assert {key.kind for key in found[2:] if isinstance(key, DrawnKey)} >= {KeyKind.FACT, KeyKind.EVENT}
