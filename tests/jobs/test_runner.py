"""The worker loop."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from memsvc.domain.jobs import JobStatus
from memsvc.errors import EmbedderUnavailable, InvalidInput, StorageBusy
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.runner import Runner, WorkerOptions
from memsvc.ports.jobs import JobContext
from tests.jobs.conftest import SCOPE, World


def _nothing(run: JobContext) -> None:
    """Do what needs no doing."""


def test_a_job_is_run_once_and_done(world: World) -> None:
    seen: list[str] = []
    world.queue()
    runner = world.runner(lambda run: seen.append(run.job.kind))
    assert [runner.run_one(), runner.run_one(), seen] == [True, False, ["work"]]
    assert world.only().status is JobStatus.DONE


def test_a_failing_job_waits_longer_each_time_and_then_has_failed(world: World) -> None:
    world.queue()

    def broken(run: JobContext) -> None:
        raise ValueError("memory text must not be repeated")

    runner = world.runner(broken, policy={"attempts": 3, "first_wait": 2})
    waits = []
    while world.only().status is JobStatus.QUEUED:
        runner.run_one()
        waits.append((world.only().run_after - world.now).total_seconds())
        world.wait(10)
    assert [world.only().status, world.only().error] == [JobStatus.FAILED, "ValueError"]
    assert waits[:2] == [2.0, 4.0]


def test_a_kind_without_a_handler_is_left_for_others(world: World) -> None:
    world.queue("other")
    assert world.runner(_nothing).run_one() is False
    assert world.only().status is JobStatus.QUEUED


def test_each_kind_has_its_own_policy(world: World) -> None:
    def broken(run: JobContext) -> None:
        raise ValueError

    for kind in ("once", "often"):
        world.queue(kind)
    world.runner(
        {"once": broken, "often": broken}, policies={"once": JobPolicy(attempts=1)}, policy={"attempts": 5}
    ).drain()
    ended = {job.kind: job.status for job in world.storage.jobs.list(SCOPE.tenant, limit=9)}
    assert ended == {"once": JobStatus.FAILED, "often": JobStatus.QUEUED}


def test_a_runner_of_some_kinds_leaves_the_others(world: World) -> None:
    for kind in ("one", "two", "three"):
        world.queue(kind)
    seen: list[str] = []

    def note(run: JobContext) -> None:
        seen.append(run.job.kind)

    assert world.runner(dict.fromkeys(("one", "two", "three"), note)).only(["three", "one"]).drain() == 2
    assert sorted(seen) == ["one", "three"]


def test_an_unknown_kind_is_refused_with_the_known_ones(world: World) -> None:
    with pytest.raises(InvalidInput, match="is no kind of job; there are work"):
        world.runner(_nothing).only(["index.svae"])


def test_the_loop_ends_when_told_to(world: World) -> None:
    stop = threading.Event()
    world.queue()
    world.runner(lambda run: stop.set()).run(stop)
    assert world.only().status is JobStatus.DONE


def test_several_threads_run_jobs_at_the_same_time(world: World) -> None:
    stop, together = threading.Event(), threading.Barrier(3)
    for kind in ("a", "b", "c"):
        world.queue(kind)

    def meet(run: JobContext) -> None:
        together.wait(30)
        stop.set()

    world.runner({"a": meet, "b": meet, "c": meet}, threads=3).run(stop, poll_seconds=0.01)
    assert {job.status for job in world.storage.jobs.list(SCOPE.tenant, limit=9)} == {JobStatus.DONE}


def test_a_busy_database_does_not_end_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.queue()

    def busy(*_: object, **__: object) -> None:
        raise StorageBusy("busy")

    monkeypatch.setattr(world.storage.jobs, "finish", busy)
    assert world.runner(_nothing).run_one() is True
    assert world.only().status is JobStatus.RUNNING


def test_a_queue_that_cannot_be_read_does_not_end_the_worker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise StorageBusy("busy")

    monkeypatch.setattr(world.storage.jobs, "lease", busy)
    assert world.runner(_nothing).run_one() is False


def test_a_job_whose_runs_never_end_is_given_up(world: World) -> None:
    world.queue()
    for _ in range(2):
        world.storage.jobs.lease(kinds=["work"], seconds=1, now=world.now)
        world.wait(2)
    seen: list[object] = []
    world.runner(seen.append, policy={"attempts": 2}).run_one()
    assert (world.only().status, seen) == (JobStatus.FAILED, [])
    assert world.only().error == "given up: 2 runs were begun, and the last one never ended"


def test_the_detail_of_an_error_is_not_kept(world: World) -> None:
    world.queue()

    def away(run: JobContext) -> None:
        raise EmbedderUnavailable("my secret")

    world.runner(away).run_one()
    assert world.only().error == "EmbedderUnavailable (embedder-unavailable)"


def test_chores_are_done_at_the_start_and_then_hourly_whatever_one_of_them_raises(world: World) -> None:
    done: list[datetime] = []

    def broken(now: object) -> None:
        raise ValueError("broken chore")

    runner = Runner(world.storage.jobs, {}, clock=world.clock, chores=[broken, done.append])
    for minutes in (0, 59, 1):
        world.wait(60 * minutes)
        runner.do_chores()
    assert done == [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 1, tzinfo=UTC)]


def test_the_lease_of_a_long_job_is_renewed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed, real = threading.Event(), world.storage.jobs.renew
    world.queue()

    def renew(*arguments: Any, **named: Any) -> bool:
        renewed.set()
        return real(*arguments, **named)

    monkeypatch.setattr(world.storage.jobs, "renew", renew)
    waited: list[bool] = []
    world.runner(lambda run: waited.append(renewed.wait(10)), lease_seconds=0.03).run_one()
    assert (waited, world.only().status) == ([True], JobStatus.DONE)


def test_a_worker_has_one_policy_unless_a_kind_has_another() -> None:
    options = WorkerOptions(policy=JobPolicy(attempts=2), policies={"a": JobPolicy(attempts=9)})
    assert [options.policy_of(kind).attempts for kind in ("a", "b")] == [9, 2]
