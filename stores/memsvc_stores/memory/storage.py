"""A Storage that lives in this process and is gone with it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from memsvc.domain.ids import IdFactory
from memsvc.domain.scope import Scope
from memsvc.errors import StorageBusy, Unavailable
from memsvc.ports.clock import Clock
from memsvc_stores.lexical import Analyzer
from memsvc_stores.memory.directory import MemoryDirectory
from memsvc_stores.memory.jobs import MemoryJobs
from memsvc_stores.memory.keys import MemoryApiKeys
from memsvc_stores.memory.llm_ledger import MemoryLlmLedger
from memsvc_stores.memory.reader import MemoryReader
from memsvc_stores.memory.state import World
from memsvc_stores.memory.transaction import Transaction
from memsvc_stores.memory.writer import MemoryWriter

__all__ = ["MemoryStorage"]

_PATIENCE_SECONDS = 30.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryStorage:
    """One world of immutable namespaces: readers keep the one they began with, each commit puts a new one."""

    def __init__(self, *, clock: Clock = _utc_now, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._world = World()
        self._writing = Lock()
        self._closed = False
        self._analyzer = Analyzer()
        self._jobs = MemoryJobs(new_id=IdFactory(clock, random_bits).job)
        self._api_keys = MemoryApiKeys()
        self._directory = MemoryDirectory(lambda: self._world)
        self._llm_ledger = MemoryLlmLedger(lambda: self._world)

    @property
    def jobs(self) -> MemoryJobs:
        return self._jobs

    @property
    def api_keys(self) -> MemoryApiKeys:
        return self._api_keys

    @property
    def directory(self) -> MemoryDirectory:
        return self._directory

    @property
    def llm_ledger(self) -> MemoryLlmLedger:
        return self._llm_ledger

    @contextmanager
    def reader(self, scope: Scope) -> Iterator[MemoryReader]:
        self.check()
        world = self._world
        yield MemoryReader(
            scope,
            world.namespaces.get(scope),
            saved=lambda key: world.responses.get((scope.tenant, key)),
            chain=world.audits.get(scope, ()),
            analyzer=self._analyzer,
        )

    @contextmanager
    def writer(self, scope: Scope) -> Iterator[MemoryWriter]:
        self.check()
        if not self._writing.acquire(timeout=_PATIENCE_SECONDS):
            raise StorageBusy("another writer holds the store; try again later")
        try:
            transaction = Transaction(scope, self._world)
            yield MemoryWriter(transaction, self._analyzer, self._jobs)
            self._jobs.commit(
                scope,
                finished=transaction.finished,
                queued=transaction.jobs,
                forget=transaction.jobs_forgotten,
                then=lambda: self._put(transaction.result()),
            )
        finally:
            self._writing.release()

    def _put(self, world: World) -> None:
        self._world = world

    def check(self) -> None:
        if self._closed:
            raise Unavailable("the store is closed")

    def prune_responses(self, *, before: datetime) -> int:
        with self._writing:
            kept = {place: saved for place, saved in self._world.responses.items() if saved.at >= before}
            count = len(self._world.responses) - len(kept)
            self._world = replace(self._world, responses=kept)
        return count

    def compact(self) -> None:
        """Do nothing: what is deleted is out of memory already."""

    def close(self) -> None:
        self._closed = True
