from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from memsvc.domain.links import LinkType
from memsvc.domain.notes import Kind
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc_evals.locomo.conversation import Conversation, Observation
from memsvc_evals.locomo.in_process import InProcessConversations, open_conversations, scope_of
from memsvc_evals.locomo.parsing import parse_conversation
from memsvc_evals.locomo.thoughts import Thoughts
from memsvc_evals.service_options import LinkUse, ServiceOptions


@pytest.fixture
def memory() -> Iterator[InProcessConversations]:
    with open_conversations(Mode.LEXICAL, embedder="hashing", cache=None) as opened:
        yield opened


@pytest.fixture
def conversation(raw: dict[str, Any]) -> Conversation:
    return parse_conversation(raw, "test")


def test_every_turn_is_a_note(memory: InProcessConversations, conversation: Conversation) -> None:
    assert memory.remember(conversation) == 6


@pytest.mark.parametrize(
    ("text", "dia_id"),
    [
        ("heron on the canal", "D1:3"),
        ("sings in Lisbon", "D2:2"),
        ("repainted sailboat", "D10:1"),
        ("accordion neighbour", "D1:2"),
    ],
)
def test_notes_found_are_turns_of_their_sessions(
    memory: InProcessConversations, conversation: Conversation, text: str, dia_id: str
) -> None:
    memory.remember(conversation)
    assert memory.recall(conversation, text, k=20)[0] == dia_id


def test_no_more_turns_than_asked(memory: InProcessConversations, conversation: Conversation) -> None:
    memory.remember(conversation)
    assert len(memory.recall(conversation, "kiln", k=20)) == 2
    assert len(memory.recall(conversation, "kiln", k=1)) == 1


def test_notes_are_dated_by_their_session(memory: InProcessConversations, conversation: Conversation) -> None:
    memory.remember(conversation)
    (hit,) = memory.local.service.recall(scope_of(conversation), RecallQuery("sailboat", mode=Mode.LEXICAL)).hits
    assert hit.note.event_time == conversation.sessions[2].at


def test_a_question_is_asked_at_the_time_of_the_last_session(conversation: Conversation) -> None:
    asked: list[RecallQuery] = []

    def recall(scope: Scope, query: RecallQuery) -> Any:
        asked.append(query)
        return SimpleNamespace(hits=(), degraded=())

    local: Any = SimpleNamespace(service=SimpleNamespace(recall=recall))
    InProcessConversations(local, Mode.LEXICAL, Thoughts.NONE, {}).recall(conversation, "last month", k=5)
    assert [query.asked_at for query in asked] == [conversation.sessions[2].at]


def test_conversations_do_not_see_each_other(
    memory: InProcessConversations, raw: dict[str, Any], conversation: Conversation
) -> None:
    memory.remember(conversation)
    other = parse_conversation(raw | {"sample_id": "made-2"}, "test")
    assert memory.recall(other, "kiln", k=20) == []


def test_erased_conversation_is_gone(memory: InProcessConversations, conversation: Conversation) -> None:
    memory.remember(conversation)
    memory.erase(conversation)
    assert memory.recall(conversation, "kiln", k=20) == []


def test_cache_spares_the_second_run_all_but_the_question(conversation: Conversation, tmp_path: Path) -> None:
    cache = tmp_path / "emb.sqlite"
    counts = []
    for _ in range(2):
        with open_conversations(Mode.DENSE, embedder="hashing", cache=cache) as opened:
            opened.remember(conversation)
            opened.recall(conversation, "kiln", k=5)
            counts.append(opened.embedded())
    assert counts == [7, 1]


def test_an_observation_leads_to_the_turns_that_it_names(conversation: Conversation) -> None:
    noted = replace(
        conversation, observations=(Observation(1, "Ilse owns ceramics equipment.", ("D1:1", "D2:1")),)
    )
    with open_conversations(Mode.HYBRID, embedder="hashing", cache=None, thoughts=Thoughts.OBSERVATIONS) as memory:
        memory.remember(noted)
        assert set(memory.recall(noted, "ceramics equipment", k=2)) == {"D1:1", "D2:1"}


def test_in_mode_tim_turns_are_found_by_their_thoughts_alone(conversation: Conversation) -> None:
    noted = replace(
        conversation, observations=(Observation(1, "Ilse owns ceramics equipment.", ("D1:3", "D2:1")),)
    )
    with open_conversations(Mode.TIM, embedder="hashing", cache=None, thoughts=Thoughts.OBSERVATIONS) as memory:
        memory.remember(noted)
        assert set(memory.recall(noted, "Ilse owns ceramics equipment.", k=9)) == {"D1:3", "D2:1"}


def test_rules_think_about_every_turn(conversation: Conversation) -> None:
    options = ServiceOptions(thoughts=True)
    with open_conversations(Mode.HYBRID, embedder="hashing", cache=None, options=options) as memory:
        memory.remember(conversation)
        thoughts = Selection(kinds=frozenset({Kind.THOUGHT}))
        found = memory.local.service.notes(scope_of(conversation), thoughts, after_row=0, limit=99)
    assert any("accordion" in note.content for note in found)


@pytest.mark.parametrize(("links", "count"), [(LinkUse.ON, 1), (LinkUse.OFF, 0), (None, 0)])
def test_links_are_made_when_asked_for(conversation: Conversation, links: LinkUse | None, count: int) -> None:
    """The kiln arrived in one session and cracked in another."""
    options = ServiceOptions(links=links)
    with open_conversations(Mode.HYBRID, embedder="hashing", cache=None, options=options) as memory:
        memory.remember(conversation)
        with memory.local.storage.reader(scope_of(conversation)) as reader:
            assert reader.links.count().get(LinkType.ENTITY, 0) == count
