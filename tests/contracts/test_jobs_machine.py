"""Any sequence of calls leaves the queue of a database as that in memory, which is simple enough to be right."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from memsvc.domain.ids import JobId
from memsvc.domain.jobs import Job, JobStatus, Lease, NewJob, Progress
from memsvc.domain.scope import Scope
from memsvc.errors import MemsvcError
from memsvc.ports.storage import Storage
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.support.drafts import T0
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow
SCOPES = tuple(Scope.of(tenant, name) for tenant, name in (("a", "n"), ("a", "m"), ("b", "n"), ("c", "n")))
KINDS = ("x", "y", "z")
_jobs = st.builds(
    NewJob,
    kind=st.sampled_from(KINDS),
    dedupe=st.sampled_from("pqrst"),
    priority=st.sampled_from([-10, 0, 0, 10]),
    max_attempts=st.none() | st.integers(1, 3),
)
_kinds = st.lists(st.sampled_from(KINDS), min_size=1, unique=True) | st.just(list(KINDS))
_which = st.integers(0, 200)
_seconds = st.sampled_from([0, 1, 5, 30])


class QueueMachine(RuleBasedStateMachine):
    """Calls both queues alike; ids are random, so a job is known by its place in the order of queueing."""

    def __init__(self) -> None:
        super().__init__()
        self.twin: Storage = MemoryStorage()
        self.closing = ExitStack()
        self.real = self.opened()
        self.now = T0
        self.leases: list[tuple[Lease, Lease]] = []

    def opened(self) -> Storage:
        raise NotImplementedError

    def teardown(self) -> None:
        self.real.close()
        self.closing.close()

    def both(self, call: Callable[[Storage, int], Any]) -> tuple[Any, Any]:
        """Return what the call gives on the twin (0) and on the database (1), an error as its class and text."""
        answers = []
        for side, storage in enumerate((self.twin, self.real)):
            try:
                answers.append(call(storage, side))
            except MemsvcError as error:
                answers.append(type(error).__name__)
        return answers[0], answers[1]

    def agreed(self, call: Callable[[Storage, int], Any]) -> Any:
        twin, real = self.both(call)
        assert real == twin
        return twin

    def listed(self, storage: Storage) -> list[Job]:
        found = [job for tenant in "abc" for job in storage.jobs.list(Scope.of(tenant, "n").tenant, limit=999)]
        return sorted(found, key=lambda job: job.row)

    def a_job(self, which: int) -> tuple[JobId, JobId] | None:
        twins, reals = self.listed(self.twin), self.listed(self.real)
        if not twins:
            return None
        place = which % len(twins)
        return twins[place].id, reals[place].id

    def a_lease(self, which: int) -> tuple[Lease, Lease] | None:
        return self.leases[which % len(self.leases)] if self.leases else None

    @rule(scope=st.sampled_from(SCOPES), new=_jobs, after=_seconds)
    def enqueue(self, scope: Scope, new: NewJob, after: int) -> None:
        due = replace(new, run_after=self.now + timedelta(seconds=after))

        def call(storage: Storage, _: int) -> None:
            with storage.writer(scope) as writer:
                writer.enqueue(due, at=self.now)

        self.agreed(call)

    @rule(kinds=_kinds, seconds=st.sampled_from([2, 10]), worker=st.sampled_from(["", "w1", "w2"]))
    def lease(self, kinds: list[str], seconds: int, worker: str) -> None:
        twin, real = self.both(
            lambda storage, _: storage.jobs.lease(kinds=kinds, seconds=seconds, now=self.now, worker=worker)
        )
        assert _plain(real) == _plain(twin)
        if twin is not None:
            self.leases.append((twin.lease, real.lease))

    @rule(seconds=_seconds)
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(which=_which, come=st.none() | st.builds(Progress, st.integers(0, 3)))
    def renew(self, which: int, come: Progress | None) -> None:
        if lease := self.a_lease(which):
            self.agreed(lambda s, side: s.jobs.renew(lease[side], seconds=10, now=self.now, progress=come))

    @rule(which=_which)
    def finish(self, which: int) -> None:
        if lease := self.a_lease(which):
            self.agreed(lambda s, side: s.jobs.finish(lease[side], now=self.now, result={"n": which}))

    @rule(which=_which, scope=st.sampled_from(SCOPES))
    def finish_in_a_write(self, which: int, scope: Scope) -> None:
        lease = self.a_lease(which)
        if lease is None:
            return

        def call(storage: Storage, side: int) -> None:
            with storage.writer(scope) as writer:
                writer.finish_job(lease[side], at=self.now, result={"n": which})

        self.agreed(call)

    @rule(which=_which, after=st.none() | _seconds)
    def fail(self, which: int, after: int | None) -> None:
        retry_at = None if after is None else self.now + timedelta(seconds=after)
        if lease := self.a_lease(which):
            self.agreed(lambda s, side: s.jobs.fail(lease[side], "broken", retry_at=retry_at, now=self.now))

    @rule(which=_which, tenant=st.sampled_from("abc"))
    def cancel(self, which: int, tenant: str) -> None:
        owner = Scope.of(tenant, "n").tenant
        if job := self.a_job(which):
            self.agreed(lambda s, side: _plain(s.jobs.cancel(job[side], owner, now=self.now)))

    @rule(which=_which, tenant=st.sampled_from("abc"))
    def retry(self, which: int, tenant: str) -> None:
        owner = Scope.of(tenant, "n").tenant
        if job := self.a_job(which):
            self.agreed(lambda s, side: _plain(s.jobs.retry(job[side], owner, now=self.now)))

    @rule(ago=_seconds)
    def prune(self, ago: int) -> None:
        self.agreed(lambda storage, _: storage.jobs.prune(before=self.now - timedelta(seconds=ago)))

    @invariant()
    def both_queues_are_alike(self) -> None:
        twins, reals = self.listed(self.twin), self.listed(self.real)
        assert [_plain(job) for job in reals] == [_plain(job) for job in twins]

    @invariant()
    def no_job_runs_without_a_lease_and_none_waits_with_one(self) -> None:
        for job in self.listed(self.real):
            assert (job.status is JobStatus.RUNNING) == (job.lease_until is not None)
            assert job.attempts <= job.leases


def _plain(job: Job | None) -> Job | None:
    """Return the job without what two stores must not have in common."""
    return None if job is None else replace(job, id=JobId(""), row=0)


class SqliteMachine(QueueMachine):
    template: ClassVar[Path]

    def opened(self) -> Storage:
        folder = Path(mkdtemp(prefix="memsvc-machine-"))
        self.closing.callback(shutil.rmtree, folder)
        shutil.copyfile(self.template, folder / "m.db")
        return open_storage(f"sqlite:///{folder / 'm.db'}")


class PostgresMachine(QueueMachine):
    server: ClassVar[PostgresServer]

    def opened(self) -> Storage:
        return open_storage(self.closing.enter_context(self.server.migrated()))


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


def test_sqlite_is_as_the_twin(sqlite_template: Path) -> None:
    SqliteMachine.template = sqlite_template
    run_state_machine_as_test(SqliteMachine, settings=_settings(20))


@pytest.mark.postgres
def test_postgresql_is_as_the_twin(postgres: PostgresServer) -> None:
    PostgresMachine.server = postgres
    run_state_machine_as_test(PostgresMachine, settings=_settings(10))
