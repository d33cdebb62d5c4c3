"""Services with a model whose answers tests give, and what is kept of their notes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import Job
from memsvc.domain.links import Link
from memsvc.domain.notes import Note, Origin
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, Work
from memsvc.domain.scope import Scope
from memsvc.errors import MemsvcError
from memsvc.jobs.runner import Runner
from memsvc.memory.context import Context
from memsvc.memory.service import MemoryService
from memsvc.ports.llm import ChatModel, ChatReply, ChatRequest
from memsvc.ports.storage import Storage
from memsvc.wiring.amem import amem_handlers
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_stores.memory import MemoryStorage
from tests.memory.conftest import ACTOR, SCOPE, Clock, CountingEmbedder, make_world

ON_EVERY_DATABASE = frozenset({"test_consolidate", "test_evolution", "test_revert"})
LLM = Policy(amem=AmemPolicy(work=Work.LLM))
RULES = Policy(amem=AmemPolicy(work=Work.RULES), links=LinkPolicy(tau=0.3))


def analysis(*keywords: str, tags: Sequence[str] = ("things",), context: str = "a note") -> str:
    return json.dumps({"keywords": keywords or ("thing",), "context": context, "tags": tags})


def judgement(
    links: Sequence[Mapping[str, Any]] = (),
    *,
    tags: Sequence[str] = (),
    changes: Sequence[Mapping[str, Any]] = (),
) -> str:
    return json.dumps({"links": links, "tags": tags, "changes": changes})


def link(neighbour: int, *, type_: str = "related", confidence: float = 0.8) -> dict[str, Any]:
    return {"n": neighbour, "type": type_, "confidence": confidence}


def change(
    neighbour: int, *, context: str = "", tags: Sequence[str] = (), keywords: Sequence[str] = ()
) -> dict[str, Any]:
    return {"n": neighbour, "keywords": keywords, "tags": tags, "context": context}


NOTHING = judgement()


@dataclass
class Models:
    """Gives one scripted model for every operation."""

    chat: ScriptedChat = field(default_factory=lambda: ScriptedChat([]))

    def __call__(self, scope: Scope, operation: str) -> ChatModel:
        return self.chat


@dataclass(frozen=True)
class AmemWorld:
    """A service with the parts that a test looks at."""

    service: MemoryService
    context: Context
    storage: Storage
    embedder: CountingEmbedder
    clock: Clock
    models: Models

    def answers(self, *answers: str | ChatReply | MemsvcError) -> None:
        self.models.chat = ScriptedChat(answers)

    @property
    def requests(self) -> tuple[ChatRequest, ...]:
        return self.models.chat.requests

    def remember(self, *contents: str, origin: Origin = Origin.DIRECT_USER, scope: Scope = SCOPE) -> list[NoteId]:
        items = [NewItem(content=content, origin=origin) for content in contents]
        told = self.service.remember(scope, items, actor=ACTOR)
        self.clock.forward(seconds=1)
        return [NoteId(str(outcome.note)) for outcome in told.outcomes]

    def policy(self, policy: Policy, *, scope: Scope = SCOPE) -> None:
        self.service.set_policy(scope, policy, actor=ACTOR, expected_version=None)

    def work(self) -> list[Job]:
        """Do the jobs that are due, and return all."""
        runner = Runner(self.storage.jobs, amem_handlers(self.context), clock=self.clock)
        while runner.run_one():
            pass
        return self.storage.jobs.list(SCOPE.tenant, limit=100)

    def told(self, content: str, *answers: str) -> NoteId:
        """Remember a note and construct it with these answers."""
        (note,) = self.remember(content)
        self.answers(*answers)
        self.work()
        return note

    def note(self, note: NoteId) -> Note:
        return self.service.note(SCOPE, note)

    def attributes(self, note: NoteId) -> Attributes | None:
        with self.storage.reader(SCOPE) as reader:
            return reader.attributes.get_many([note]).get(note)

    def links(self, note: NoteId) -> list[Link]:
        return self.service.links(SCOPE, note)

    def history(self, note: NoteId) -> list[Change]:
        return self.service.history(SCOPE, note)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what writes most on every database, the rest on the twin in memory and on SQLite."""
    if "world" in metafunc.fixturenames:
        stores: list[Any] = ["memory", "sqlite"]
        if metafunc.module.__name__.rpartition(".")[2] in ON_EVERY_DATABASE:
            stores.append(pytest.param("postgresql", marks=pytest.mark.postgres))
        metafunc.parametrize("world", stores, indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AmemWorld]:
    if request.param == "memory":
        storage: Storage = MemoryStorage()
    else:
        from memsvc_stores.sql import open_storage

        server = request.param == "postgresql"
        url = request.getfixturevalue("postgres_url") if server else f"sqlite:///{tmp_path / 'memsvc.db'}"
        storage = open_storage(url)
    made, models = make_world(storage, tmp_path / "indexes"), Models()
    context = replace(made.context, llm=models)
    yield AmemWorld(MemoryService(context), context, storage, made.embedder, made.clock, models)
    context.index.close()
    storage.close()
