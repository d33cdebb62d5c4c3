"""A queue in memory with a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memsvc.domain.jobs import Job, NewJob
from memsvc.domain.scope import Scope
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.runner import Runner, WorkerOptions
from memsvc.jobs.running import Handler
from memsvc_stores.memory import MemoryStorage

SCOPE = Scope.of("t", "n")


@dataclass(slots=True)
class World:
    """A store and its time; `runner` makes a worker whose waits have no spread unless told."""

    storage: MemoryStorage = field(default_factory=MemoryStorage)
    now: datetime = datetime(2024, 1, 1, tzinfo=UTC)

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def queue(self, kind: str = "work", **fields: Any) -> None:
        with self.storage.writer(SCOPE) as writer:
            writer.enqueue(NewJob(kind, dedupe=kind, **fields), at=self.now)

    def only(self) -> Job:
        (job,) = self.storage.jobs.list(SCOPE.tenant, limit=10)
        return job

    def runner(
        self,
        handlers: Mapping[str, Handler] | Handler,
        *,
        chance: Callable[[], float] = lambda: 0.0,
        **options: Any,
    ) -> Runner:
        by_kind = handlers if isinstance(handlers, Mapping) else {"work": handlers}
        policy = JobPolicy(**options.pop("policy", {}))
        chosen = WorkerOptions(policy=policy, chance=chance, **options)
        return Runner(self.storage.jobs, by_kind, clock=self.clock, options=chosen)


@pytest.fixture
def world() -> World:
    return World()
