"""Slots become keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from memsvc.domain.notes import KeyKind
from memsvc.ports.retrieval import DrawnKey, KeySpan, Passage
from memsvc_retrieval.keys.drawn import DrawnKeys
from memsvc_retrieval.keys.events import Events
from memsvc_retrieval.keys.keyphrases import Keyphrases
from memsvc_retrieval.keys.pipeline import KeyPipeline, rule_pipeline
from memsvc_retrieval.keys.user_facts import UserFacts
from memsvc_retrieval.keys.user_text import UserTextKeys

Said = Callable[..., Passage]


def test_facts_are_one_key_and_each_event_is_another(said: Said) -> None:
    maker = DrawnKeys(UserTextKeys(), KeyPipeline(user_facts=UserFacts(), events=Events()))
    text = "I ran a race last Sunday. My dog is old."
    assert maker.keys(said(text)) == [
        KeySpan(KeyKind.USER, 0, len(text)),
        DrawnKey(KeyKind.FACT, "User ran a race last Sunday. User's dog is old."),
        DrawnKey(
            KeyKind.EVENT,
            "User ran a race last Sunday.",
            datetime(2023, 5, 21, tzinfo=UTC),
            datetime(2023, 5, 21, 23, 59, 59, 999999, tzinfo=UTC),
        ),
    ]


def test_keyphrases_are_one_key(said: Said) -> None:
    maker = DrawnKeys(UserTextKeys(), KeyPipeline(keyphrases=Keyphrases()))
    assert maker.keys(said("Roses? Tulips!"))[1:] == [DrawnKey(KeyKind.KEYPHRASE, "roses; tulips")]


def test_empty_slots_give_no_key(said: Said) -> None:
    assert DrawnKeys(UserTextKeys(), rule_pipeline()).keys(said("")) == [KeySpan(KeyKind.CONTENT, 0, 0)]


def test_the_version_names_what_made_the_keys() -> None:
    maker = DrawnKeys(UserTextKeys(), KeyPipeline(user_facts=UserFacts()))
    assert maker.version == f"{UserTextKeys.version},user_facts-{UserFacts.version}"
