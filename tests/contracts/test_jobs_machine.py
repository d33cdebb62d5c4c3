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
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

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
_kinds = st.sampled_from([KINDS, KINDS, KINDS, ("x",), ("y", "z")])
_which = st.integers(0, 11)
_seconds = st.sampled_from([0, 0, 1, 5, 30])
_STRANGER = Scope.of("stranger", "n").tenant


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

    def a_job(self, which: int, *wanted: JobStatus) -> tuple[Job, JobId]:
        """Return a job as the twin has it and its id in the database; one of the statuses if there is one."""
        pairs = list(zip(self.listed(self.twin), self.listed(self.real), strict=True))
        fitting = [pair for pair in pairs if pair[0].status in wanted] or pairs
        twin, real = fitting[which % len(fitting)]
        return twin, real.id

    def a_lease(self, which: int) -> tuple[Lease, Lease]:
        """Return a lease, one of the last three in most cases: the older ones are lost."""
        return self.leases[-1 - which % min(len(self.leases), 3 if which % 4 else 99)]

    @initialize(new=st.lists(st.tuples(st.sampled_from(SCOPES), _jobs), min_size=4, max_size=12))
    def begin(self, new: list[tuple[Scope, NewJob]]) -> None:
        for scope, job in new:
            self.enqueue(scope, job, 0)

    @rule(scope=st.sampled_from(SCOPES), new=_jobs, after=_seconds)
    def enqueue(self, scope: Scope, new: NewJob, after: int) -> None:
        due = replace(new, run_after=self.now + timedelta(seconds=after))

        def call(storage: Storage, _: int) -> None:
            with storage.writer(scope) as writer:
                writer.enqueue(due, at=self.now)

        self.agreed(call)

    @rule(
        kinds=_kinds, seconds=st.sampled_from([2, 10]), worker=st.sampled_from(["", "w1"]), count=st.integers(1, 4)
    )
    def lease(self, kinds: tuple[str, ...], seconds: int, worker: str, count: int) -> None:
        for _ in range(count):
            twin, real = self.both(
                lambda storage, _: storage.jobs.lease(kinds=kinds, seconds=seconds, now=self.now, worker=worker)
            )
            assert _plain(real) == _plain(twin)
            if twin is not None:
                self.leases.append((twin.lease, real.lease))

    @rule(seconds=st.sampled_from([1, 5, 30]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.leases)
    @rule()
    def a_lease_runs_out_and_is_taken(self) -> None:
        self.now += timedelta(seconds=11)
        self.lease(KINDS, 10, "w2", 1)

    @precondition(lambda self: self.leases)
    @rule(which=_which, come=st.none() | st.builds(Progress, st.integers(0, 3)))
    def renew(self, which: int, come: Progress | None) -> None:
        lease = self.a_lease(which)
        self.agreed(lambda s, side: s.jobs.renew(lease[side], seconds=10, now=self.now, progress=come))

    @precondition(lambda self: self.leases)
    @rule(which=_which)
    def finish(self, which: int) -> None:
        lease = self.a_lease(which)
        self.agreed(lambda s, side: s.jobs.finish(lease[side], now=self.now, result={"n": which}))

    @precondition(lambda self: self.leases)
    @rule(which=_which, elsewhere=st.sampled_from([None, None, *SCOPES]))
    def finish_in_a_write(self, which: int, elsewhere: Scope | None) -> None:
        lease = self.a_lease(which)
        job = next((job for job in self.listed(self.twin) if job.id == lease[0].job), None)
        scope = elsewhere or (Scope(job.tenant, job.namespace) if job else SCOPES[0])

        def call(storage: Storage, side: int) -> None:
            with storage.writer(scope) as writer:
                writer.finish_job(lease[side], at=self.now, result={"n": which})

        self.agreed(call)

    @precondition(lambda self: self.leases)
    @rule(which=_which, after=st.none() | _seconds)
    def fail(self, which: int, after: int | None) -> None:
        retry_at = None if after is None else self.now + timedelta(seconds=after)
        lease = self.a_lease(which)
        self.agreed(lambda s, side: s.jobs.fail(lease[side], "broken", retry_at=retry_at, now=self.now))

    @precondition(lambda self: self.listed(self.twin))
    @rule(which=_which, owned=st.sampled_from([True, True, False]))
    def cancel(self, which: int, owned: bool) -> None:
        job, real = self.a_job(which, JobStatus.QUEUED, JobStatus.RUNNING)
        tenant = job.tenant if owned else _STRANGER
        self.agreed(lambda s, side: _plain(s.jobs.cancel((job.id, real)[side], tenant, now=self.now)))

    @precondition(lambda self: self.listed(self.twin))
    @rule(which=_which, owned=st.sampled_from([True, True, False]))
    def retry(self, which: int, owned: bool) -> None:
        job, real = self.a_job(which, JobStatus.FAILED, JobStatus.CANCELLED)
        tenant = job.tenant if owned else _STRANGER
        self.agreed(lambda s, side: _plain(s.jobs.retry((job.id, real)[side], tenant, now=self.now)))

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
    run_state_machine_as_test(SqliteMachine, settings=_settings(40))


@pytest.mark.postgres
def test_postgresql_is_as_the_twin(postgres: PostgresServer) -> None:
    PostgresMachine.server = postgres
    run_state_machine_as_test(PostgresMachine, settings=_settings(15))
