"""Services in which things are derived and rolled back, over every store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from memsvc.domain.drafts import NewItem, NewSession, NewTurn
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Note, Origin, Status
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, ThoughtPolicy, Work
from memsvc.domain.receipts import Actor
from memsvc.domain.rollbacks import RolledBack
from memsvc.domain.selection import Selection
from memsvc.jobs.runner import Runner
from memsvc.memory.context import Context
from memsvc.memory.service import MemoryService
from memsvc.ports.storage import Storage
from memsvc.wiring.amem import amem_handlers
from memsvc.wiring.tim import tim_handlers
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.memory.conftest import SCOPE, Clock, CountingEmbedder, make_world

ALICE, BOB, MALLORY = Actor("alice"), Actor("bob"), Actor("mallory")
REVIEWER = Actor("reviewer")
THINKING = Policy(thoughts=ThoughtPolicy(work=Work.RULES))
EVOLVING = Policy(amem=AmemPolicy(work=Work.RULES), links=LinkPolicy(tau=0.3))
EVERYTHING = Selection(statuses=frozenset(Status))


@dataclass
class Memory:
    """A service with helpers of tests."""

    service: MemoryService
    context: Context
    storage: Storage
    embedder: CountingEmbedder
    clock: Clock

    def wants(self, policy: Policy) -> None:
        self.service.set_policy(SCOPE, policy, actor=REVIEWER)

    def item(self, content: str, actor: Actor = ALICE, **fields: object) -> NoteId:
        new = NewItem(content, **fields)  # type: ignore[arg-type]
        (outcome,) = self.service.remember(SCOPE, [new], actor=actor).outcomes
        self.clock.forward(seconds=1)
        assert outcome.note is not None, outcome.error
        return outcome.note

    def round(
        self,
        said: str,
        actor: Actor = ALICE,
        *,
        days: float = 0,
        session: str | None = None,
        recalled: Sequence[NoteId] = (),
    ) -> NoteId:
        """Store what a user said as a session, or as the next turn of one, 100 days ago; return the round."""
        turns = [NewTurn("user", said)]
        if session is not None:
            turns = [*self._turns(session), *turns]
        made = NewSession(
            tuple(turns),
            id=None if session is None else SessionId(session),
            started_at=self.clock.now + timedelta(days=days - 100),
            recalled=tuple(recalled),
        )
        (outcome,) = self.service.remember_sessions(SCOPE, [made], actor=actor).outcomes
        self.clock.forward(seconds=1)
        assert outcome.error is None, outcome.error
        note = outcome.rounds[-1].note
        assert note is not None
        return note

    def _turns(self, session: str) -> list[NewTurn]:
        selection = Selection(
            statuses=frozenset(Status), sessions=frozenset({SessionId(session)}), kinds=frozenset({Kind.ROUND})
        )
        rounds = sorted(self.notes(selection), key=lambda note: note.position or 0)
        return [NewTurn(turn.role, turn.content) for note in rounds for turn in note.spoken()]

    def work(self) -> None:
        """Do all jobs that are due."""
        handlers = {**amem_handlers(self.context), **tim_handlers(self.context)}
        Runner(self.storage.jobs, handlers, clock=self.clock).drain()

    def roll_back(self, note: NoteId | None = None, principal: str | None = None, **fields: object) -> RolledBack:
        options = {"dry_run": False, "actor": REVIEWER, "reason": "poison", **fields}
        return self.service.rollback(SCOPE, note=note, principal=principal, **options)  # type: ignore[arg-type]

    def note(self, note: NoteId) -> Note:
        return self.service.note(SCOPE, note)

    def status(self, note: NoteId) -> Status:
        return self.note(note).status

    def notes(self, selection: Selection = EVERYTHING) -> list[Note]:
        return self.service.notes(SCOPE, selection, after_row=0, limit=1000)

    def thoughts(self) -> list[str]:
        return sorted(note.content for note in self.notes(Selection(kinds=frozenset({Kind.THOUGHT}))))

    def thought(self, content: str) -> NoteId:
        (found,) = [note.id for note in self.notes(Selection()) if note.content == content]
        return found

    def state(self) -> object:
        """Return all that is kept of the notes, to be compared."""
        with self.storage.reader(SCOPE) as reader:
            return reader.records(after_row=0, limit=1000), reader.changes(after_sequence=0, limit=10_000)


def make_memory(storage: Storage, folder: Path) -> Memory:
    world = make_world(storage, folder)
    return Memory(world.service, world.context, storage, world.embedder, world.clock)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a migrated, empty database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "m.db"
    open_storage(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    """Return a service over an empty store of each kind."""
    if request.param == "memory":
        storage: Storage = MemoryStorage()
    elif request.param == "sqlite":
        copyfile(request.getfixturevalue("sqlite_file"), tmp_path / "m.db")
        storage = open_storage(f"sqlite:///{tmp_path / 'm.db'}")
    else:
        storage = open_storage(request.getfixturevalue("postgres_url"))
    made = make_memory(storage, tmp_path / "indexes")
    yield made
    made.context.index.close()
    storage.close()


UNTRUSTED = Actor("page", Origin.UNTRUSTED_DOCUMENT)
