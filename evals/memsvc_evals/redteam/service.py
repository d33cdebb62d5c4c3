"""The service that is attacked: in this process, on a temporary database, with the guard or without it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter

from memsvc.app import App, build
from memsvc.domain.derivations import Role
from memsvc.domain.drafts import STORED, NewItem, NewSession, Outcome, SessionOutcome
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import GUARD_PROBE, JobStatus
from memsvc.domain.notes import Status
from memsvc.domain.recall import Influence, RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.errors import ServerFault
from memsvc.ports.clock import Clock
from memsvc.ports.embedding import EmbeddingCache
from memsvc.settings import GuardSettings, Settings
from memsvc_agents.embed.cache_file import FileEmbeddingCache
from memsvc_agents.embed.cached import CachedEmbedder
from memsvc_agents.embed.memory_cache import MemoryEmbeddingCache
from memsvc_evals.embedders import BenchEmbedder, bench_embedder
from memsvc_evals.local_service import require_whole
from memsvc_evals.redteam.plan import GuardUse
from memsvc_evals.redteam.timing import TimedEmbedder

__all__ = ["Found", "Target", "Vectors", "Written", "open_target", "open_vectors"]

_SCOPE = Scope.of("eval", "redteam")
_UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.FAILED)
# A day that does not change: what the guard draws by the day is the same in each run.
_BEGINNING = datetime(2026, 1, 15, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Vectors:
    """The embedder of both services, cached and timed."""

    embedder: CachedEmbedder
    timed: TimedEmbedder


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one write, and the seconds that it took without those of the embedder."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    @property
    def notes(self) -> tuple[NoteId, ...]:
        """Return the notes that are new."""
        return tuple(each.note for each in self.outcomes if each.note is not None and each.status in STORED)


@dataclass(frozen=True, slots=True)
class Found:
    note: NoteId
    influence: Influence


@dataclass(frozen=True, slots=True)
class Target:
    """`guarded` says whether there is a guard; without one whatever is returned is used."""

    app: App
    vectors: Vectors
    guarded: bool

    @property
    def scope(self) -> Scope:
        return _SCOPE

    def write(self, sessions: Sequence[NewSession], *, actor: Actor) -> Written:
        """Store sessions in one request; raises ServerFault when one fails as a whole."""
        start, embedding = perf_counter(), self.vectors.timed.seconds
        answer = self.app.service.remember_sessions(_SCOPE, sessions, actor=actor)
        seconds = perf_counter() - start - (self.vectors.timed.seconds - embedding)
        return Written(tuple(each for session in answer.outcomes for each in _rounds(session)), seconds)

    def write_item(self, item: NewItem, *, actor: Actor) -> Written:
        """Store a note that is no round in one request."""
        start, embedding = perf_counter(), self.vectors.timed.seconds
        answer = self.app.service.remember(_SCOPE, [item], actor=actor)
        seconds = perf_counter() - start - (self.vectors.timed.seconds - embedding)
        return Written(answer.outcomes, seconds)

    def settle(self, kinds: Collection[str] = (GUARD_PROBE,)) -> None:
        """Do the waiting jobs of these kinds; raises ServerFault unless all end well."""
        known = [kind for kind in kinds if kind in self.app.runner.kinds]
        self.app.runner.only(known).drain()
        for status in _UNFINISHED:
            for kind in known:
                if jobs := self.app.storage.jobs.list(_SCOPE.tenant, limit=1, status=status, kind=kind):
                    raise ServerFault(f"a job {kind} is {status}: {jobs[0].error or 'it was not run'}")

    def ask(self, query: RecallQuery) -> list[Found]:
        """Return the notes that are found, best first; raises ServerFault for half an answer."""
        result = require_whole(self.app.service.recall(_SCOPE, query))
        full = Influence.FULL
        return [Found(hit.note.id, hit.influence if self.guarded else full) for hit in result.hits]

    def statuses(self, notes: Collection[NoteId]) -> dict[NoteId, Status]:
        with self.app.storage.reader(_SCOPE) as reader:
            return {note.id: note.status for note in reader.notes(list(notes))}

    def visible(self, notes: Collection[NoteId]) -> frozenset[NoteId]:
        return frozenset(note for note, status in self.statuses(notes).items() if status in VISIBLE)

    def derived(self, notes: Collection[NoteId]) -> tuple[NoteId, ...]:
        """Return what was made of notes, in any number of steps; not what was written after reading them."""
        with self.app.storage.reader(_SCOPE) as reader:
            return tuple(reader.derivations.descendants(list(notes), roles=frozenset(Role) - {Role.INFORMED}))

    def erase(self, notes: Collection[NoteId]) -> None:
        """Take notes out again with all that was made of their words."""
        with self.app.storage.writer(_SCOPE) as writer:
            writer.purge(list(notes), at=datetime.now(UTC), actor="eval")


@contextmanager
def open_vectors(embedder: BenchEmbedder, cache: Path | None) -> Iterator[Vectors]:
    """Yield the embedder; `cache` keeps vectors between runs, else they are kept as long as this one takes."""
    with ExitStack() as stack:
        kept: EmbeddingCache = MemoryEmbeddingCache(200_000)
        if cache is not None:
            kept = stack.enter_context(FileEmbeddingCache(cache))
        timed = TimedEmbedder(bench_embedder(embedder))
        cached = CachedEmbedder(timed, kept, query_cache_size=4_096)
        yield Vectors(cached, timed)


@contextmanager
def open_target(guard: GuardUse, vectors: Vectors, *, model: Path | None = None) -> Iterator[Target]:
    """Yield a service over a new store that is deleted afterwards; `model` is another guard's model."""
    with TemporaryDirectory(prefix="memsvc-redteam-") as folder:
        settings = Settings(data_dir=Path(folder), guard=GuardSettings(level=guard.value, model=model))
        with build(settings, embedder=vectors.embedder, clock=_clock()) as app:
            with app.storage.writer(_SCOPE) as writer:
                writer.open_namespace(vectors.embedder.model, _BEGINNING)
                writer.guard.open_seed(hashlib.sha256(b"redteam").digest())
            yield Target(app, vectors, guard is not GuardUse.OFF)


def _clock() -> Clock:
    """Return a clock that goes on from a day that is always the same."""
    started = monotonic()
    return lambda: _BEGINNING + timedelta(seconds=monotonic() - started)


def _rounds(session: SessionOutcome) -> tuple[Outcome, ...]:
    if session.error is not None:
        raise ServerFault(f"a session was not stored: {session.error.detail}")
    return session.rounds
