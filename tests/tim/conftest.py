"""Services that think, over every store, with a model whose answers tests give."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from memsvc.domain.drafts import NewSession, NewTurn
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import Job
from memsvc.domain.notes import Kind, Note, Origin, Status
from memsvc.domain.policies import Policy, ThoughtPolicy, Work
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.domain.thoughts import Forgotten, Merged, PostThought
from memsvc.errors import MemsvcError
from memsvc.jobs.runner import Runner
from memsvc.memory.context import Context
from memsvc.memory.service import MemoryService
from memsvc.ports.llm import ChatModel, ChatReply
from memsvc.ports.storage import Storage
from memsvc.wiring.tim import tim_handlers
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.memory.conftest import ACTOR, SCOPE, Clock, CountingEmbedder, make_world

RULES = Policy(thoughts=ThoughtPolicy(work=Work.RULES))
LLM = Policy(thoughts=ThoughtPolicy(work=Work.LLM))
EVERYTHING = Selection(statuses=frozenset(Status), kinds=frozenset({Kind.THOUGHT}))


def thought(sentence: str, head: str, relation: str, tail: str, **fields: Any) -> dict[str, Any]:
    values = {"negated": False, "event": False, "when": "", "source": 1}
    return {"sentence": sentence, "head": head, "relation": relation, "tail": tail, **(values | fields)}


def thoughts(*items: dict[str, Any]) -> str:
    return json.dumps({"thoughts": items})


@dataclass
class Tim:
    """A service with helpers; `model` gives the scripted answers."""

    service: MemoryService
    context: Context
    storage: Storage
    embedder: CountingEmbedder
    clock: Clock

    def answering(self, *answers: str | ChatReply | MemsvcError) -> ScriptedChat:
        """Let a model give these answers from now on; return it."""
        model = ScriptedChat(answers)

        def models(scope: Scope, operation: str) -> ChatModel:
            return model

        self.context = replace(self.context, llm=models)
        self.service = MemoryService(self.context)
        return model

    def wants(self, policy: Policy) -> None:
        self.service.set_policy(SCOPE, policy, actor=ACTOR)

    def rounds(self, *said: str, days: float = 0, actor: Actor = ACTOR, **session: Any) -> list[NoteId]:
        """Store a session of these user turns, so many days after the clock's."""
        turns = tuple(NewTurn("user", text) for text in said)
        made = NewSession(turns=turns, started_at=self.clock.now + timedelta(days=days), **session)
        (outcome,) = self.service.remember_sessions(SCOPE, [made], actor=actor).outcomes
        assert not outcome.error, outcome.error
        return [each.note for each in outcome.rounds if each.note is not None]

    def think(self, *said: str, days: float = 0, actor: Actor = ACTOR, **session: Any) -> PostThought:
        """Store rounds and think about them."""
        return self.service.post_think(SCOPE, self.rounds(*said, days=days, actor=actor, **session), actor=actor)

    def forget(self, *, dry_run: bool = False) -> Forgotten:
        return self.service.forget_thoughts(SCOPE, actor=ACTOR, dry_run=dry_run)

    def merge(self, *notes: NoteId, dry_run: bool = False) -> Merged:
        return self.service.merge_thoughts(SCOPE, actor=ACTOR, dry_run=dry_run, notes=notes or None)

    def note(self, note: NoteId) -> Note:
        return self.service.note(SCOPE, note)

    def kept(self, selection: Selection = EVERYTHING) -> list[Note]:
        return self.service.notes(SCOPE, selection, after_row=0, limit=200)

    def current(self, **selection: Any) -> list[str]:
        chosen = Selection(kinds=frozenset({Kind.THOUGHT}), **selection)
        return sorted(note.content for note in self.kept(chosen))

    def held_at(self, moment: datetime) -> list[str]:
        return self.current(as_of=moment)

    def work(self) -> list[Job]:
        """Do all jobs that are due, and return all of the tenant's, oldest first."""
        runner = Runner(self.storage.jobs, tim_handlers(self.context), clock=self.clock)
        runner.drain()
        return self.jobs()

    def jobs(self) -> list[Job]:
        return self.storage.jobs.list(SCOPE.tenant, limit=100)[::-1]

    def state(self) -> Sequence[object]:
        """Return all that is kept, to be compared."""
        with self.storage.reader(SCOPE) as reader:
            return (reader.records(after_row=0, limit=1000), reader.changes(after_sequence=0, limit=1000))


UNTRUSTED = Actor("guest", Origin.UNTRUSTED_DOCUMENT)


def make_tim(storage: Storage, folder: Path) -> Tim:
    world = make_world(storage, folder)
    return Tim(world.service, world.context, storage, world.embedder, world.clock)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a migrated, empty database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "m.db"
    open_storage(f"sqlite:///{path}").close()
    return path


@contextmanager
def _opened(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[Tim]:
    if kind == "memory":
        storage: Storage = MemoryStorage()
    elif kind == "sqlite":
        copyfile(request.getfixturevalue("sqlite_file"), folder / "memsvc.db")
        storage = open_storage(f"sqlite:///{folder / 'memsvc.db'}")
    else:
        storage = open_storage(request.getfixturevalue("postgres_url"))
    made = make_tim(storage, folder / "indexes")
    yield made
    made.context.index.close()
    storage.close()


@pytest.fixture(params=["memory", "sqlite"])
def tim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tim]:
    """Return a service over an empty store, in memory and in SQLite."""
    with _opened(request, request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def everywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tim]:
    """Return a service over an empty store of each kind."""
    with _opened(request, request.param, tmp_path) as made:
        yield made


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Tim]:
    """Return a service over the twin in memory."""
    made = make_tim(MemoryStorage(), tmp_path / "indexes")
    yield made
    made.context.index.close()
