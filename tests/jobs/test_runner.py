"""The worker loop."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memsvc.domain.jobs import Job, JobStatus, NewJob
from memsvc.domain.scope import Scope
from memsvc.errors import EmbedderUnavailable, StorageBusy
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.runner import Runner, WorkerOptions
from memsvc.ports.jobs import JobContext
from memsvc_stores.memory import MemoryStorage

SCOPE = Scope.of("t", "n")


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2024, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def options(**policy: Any) -> WorkerOptions:
    return WorkerOptions(policy=JobPolicy(**policy), chance=lambda: 0.0)


def queue(storage: MemoryStorage, clock: Clock, kind: str = "work") -> None:
    with storage.writer(SCOPE) as writer:
        writer.enqueue(NewJob(kind, dedupe=kind), at=clock.now)


def only(storage: MemoryStorage) -> Job:
    (job,) = storage.jobs.list(SCOPE.tenant, status=None, limit=10)
    return job


def test_a_job_is_run_once_and_done() -> None:
    storage, clock = MemoryStorage(), Clock()
    seen: list[object] = []
    queue(storage, clock)
    runner = Runner(storage.jobs, {"work": lambda run: seen.append(run.job.kind)}, clock=clock)
    assert [runner.run_one(), runner.run_one(), seen] == [True, False, ["work"]]
    assert only(storage).status is JobStatus.DONE


def test_a_failing_job_waits_longer_each_time_and_then_has_failed() -> None:
    storage, clock = MemoryStorage(), Clock()
    queue(storage, clock)

    def broken(run: JobContext) -> None:
        raise ValueError("memory text must not be repeated")

    runner = Runner(storage.jobs, {"work": broken}, clock=clock, options=options(attempts=3, first_wait=2))
    waits = []
    while only(storage).status is JobStatus.QUEUED:
        runner.run_one()
        waits.append((only(storage).run_after - clock.now).total_seconds())
        clock.now += timedelta(seconds=10)
    assert [only(storage).status, only(storage).error] == [JobStatus.FAILED, "ValueError"]
    assert waits[:2] == [2.0, 4.0]


def test_a_kind_without_a_handler_is_left_for_others() -> None:
    storage, clock = MemoryStorage(), Clock()
    queue(storage, clock, "other")
    assert Runner(storage.jobs, {"work": lambda job: None}, clock=clock).run_one() is False
    assert only(storage).status is JobStatus.QUEUED


def test_the_loop_ends_when_told_to() -> None:
    storage, clock, stop = MemoryStorage(), Clock(), threading.Event()
    queue(storage, clock)
    runner = Runner(storage.jobs, {"work": lambda job: stop.set()}, clock=clock)
    runner.run(stop)
    assert only(storage).status is JobStatus.DONE


def test_the_wait_is_bounded() -> None:
    storage, clock = MemoryStorage(), Clock()
    queue(storage, clock)
    policy = JobPolicy(attempts=5000, first_wait=1, longest_wait=60)
    often = replace(only(storage), attempts=4000)
    assert policy.next_time(often, clock.now) == clock.now + timedelta(seconds=60)


def test_a_busy_database_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    storage, clock = MemoryStorage(), Clock()
    queue(storage, clock)

    def busy(*_: object, **__: object) -> None:
        raise StorageBusy("busy")

    monkeypatch.setattr(storage.jobs, "finish", busy)
    assert Runner(storage.jobs, {"work": lambda job: None}, clock=clock).run_one() is True
    assert only(storage).status is JobStatus.RUNNING


def test_a_job_whose_runs_never_end_is_given_up() -> None:
    storage, clock = MemoryStorage(), Clock()
    seen: list[object] = []
    queue(storage, clock)
    for _ in range(2):
        storage.jobs.lease(kinds=["work"], seconds=1, now=clock.now)
        clock.now += timedelta(seconds=2)
    Runner(storage.jobs, {"work": seen.append}, clock=clock, options=options(attempts=2)).run_one()
    assert (only(storage).status, seen) == (JobStatus.FAILED, [])


def test_the_detail_of_an_error_is_not_kept() -> None:
    storage, clock = MemoryStorage(), Clock()
    queue(storage, clock)

    def away(run: JobContext) -> None:
        raise EmbedderUnavailable("my secret")

    Runner(storage.jobs, {"work": away}, clock=clock).run_one()
    assert only(storage).error == "EmbedderUnavailable (embedder-unavailable)"


def test_chores_are_done_at_the_start_and_then_hourly_whatever_one_of_them_raises() -> None:
    storage, clock = MemoryStorage(), Clock()
    done: list[object] = []

    def broken(now: object) -> None:
        raise ValueError("broken chore")

    runner = Runner(storage.jobs, {}, clock=clock, chores=[broken, done.append])
    for minutes in (0, 59, 1):
        clock.now += timedelta(minutes=minutes)
        runner.do_chores()
    assert done == [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 1, tzinfo=UTC)]


def test_the_lease_of_a_long_job_is_renewed() -> None:
    storage, clock, renewed = MemoryStorage(), Clock(), threading.Event()
    queue(storage, clock)
    real = storage.jobs.renew

    def renew(*arguments: object, **named: object) -> bool:
        renewed.set()
        return real(*arguments, **named)  # type: ignore[arg-type]

    storage.jobs.renew = renew  # type: ignore[method-assign]
    waited = []
    runner = Runner(
        storage.jobs,
        {"work": lambda job: waited.append(renewed.wait(10))},
        clock=clock,
        options=WorkerOptions(lease_seconds=0.03),
    )
    runner.run_one()
    assert (waited, only(storage).status) == ([True], JobStatus.DONE)
