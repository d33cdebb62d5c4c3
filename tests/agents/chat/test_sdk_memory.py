"""The service as a chat agent's memory: what is evidence stays so, and what was read is told."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from memsvc.client import Client
from memsvc.domain.recall import Influence
from memsvc_agents.chat.memory import Said
from memsvc_agents.chat.sdk_memory import SdkMemory

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


class _Client:
    """Finds what it was given, and writes down what it is sent."""

    def __init__(self, *influences: str) -> None:
        self.influences = influences
        self.sent: dict[str, Any] = {}

    def recall(self, question: str, *, k: int) -> Any:
        note = SimpleNamespace(id="n", turns=(), content="text", event_time=NOW)
        hits = [SimpleNamespace(note=note, score=1.0, influence=influence) for influence in self.influences]
        return SimpleNamespace(hits=hits)

    def remember_session(self, turns: Any, **options: Any) -> Any:
        self.sent = options
        return SimpleNamespace(rounds=())


def memory_of(client: _Client) -> SdkMemory:
    return SdkMemory(cast(Client, client), session="s", clock=lambda: NOW)


def test_influence_comes_with_each_memory_and_what_has_none_is_left_out() -> None:
    found = memory_of(_Client("full", "none", "evidence_only")).recall("q", k=3)
    assert [memory.influence for memory in found] == [Influence.FULL, Influence.EVIDENCE_ONLY]


@pytest.mark.parametrize(("roles", "recalled"), [(("user", "assistant"), ["n1"]), (("user",), [])])
def test_an_answer_tells_what_it_was_made_from(roles: tuple[str, ...], recalled: list[str]) -> None:
    client = _Client()
    memory_of(client).keep([Said(role, "text") for role in roles], recalled=["n1"])
    assert list(client.sent["recalled"]) == recalled
