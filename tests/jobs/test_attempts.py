"""One attempt: what its handler sees, and what is left when it ends, hangs, is cancelled or loses its lease."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from memsvc.domain.jobs import JobStatus, Progress
from memsvc.errors import JobCancelled, LeaseLost, LlmUnavailable, RateLimited
from memsvc.ports.jobs import JobContext
from tests.jobs.conftest import SCOPE, World

BEAT = 0.03


def _until(stopped: Callable[[], None]) -> None:
    """Call until it raises."""
    ended = threading.Event()
    while not ended.wait(0.002):
        stopped()


def test_the_handlers_result_is_kept(world: World) -> None:
    world.queue()
    world.runner(lambda run: {"made": 2}).run_one()
    assert (world.only().status, world.only().result) == (JobStatus.DONE, {"made": 2})


def test_a_result_with_a_text_fails_the_attempt(world: World) -> None:
    world.queue(max_attempts=1)
    world.runner(lambda run: {"made": "what was said"}).run_one()
    assert (world.only().status, world.only().error) == (JobStatus.FAILED, "ServerFault (internal)")


def test_the_worker_is_named_in_the_job(world: World) -> None:
    world.queue()
    world.runner(lambda run: None, worker="w-1").run_one()
    assert world.only().worker == "w-1"


def test_a_handler_that_finishes_in_its_write_is_done(world: World) -> None:
    world.queue()

    def write(run: JobContext) -> None:
        with world.storage.writer(SCOPE) as writer:
            writer.finish_job(run.lease, at=world.now, result={"made": 1})

    world.runner(write).run_one()
    assert (world.only().status, world.only().result) == (JobStatus.DONE, {"made": 1})


def test_progress_is_seen_while_the_job_runs(world: World) -> None:
    world.queue()
    seen: list[Progress | None] = []

    def count(run: JobContext) -> None:
        run.progress(3, 9)
        while (come := world.only().progress) is None:
            pass
        seen.append(come)

    world.runner(count, lease_seconds=BEAT).run_one()
    assert seen == [Progress(3, 9)]


def test_a_running_job_that_is_cancelled_stops_at_its_next_check(world: World) -> None:
    world.queue()
    raised: list[type[Exception]] = []

    def work(run: JobContext) -> None:
        world.storage.jobs.cancel(run.job.id, SCOPE.tenant, now=world.now)
        try:
            _until(run.check)
        except JobCancelled:
            raised.append(JobCancelled)
            raise

    world.runner(work, lease_seconds=BEAT).run_one()
    assert (raised, world.only().status, world.only().error) == ([JobCancelled], JobStatus.CANCELLED, None)


def test_a_handler_whose_lease_was_taken_stops_and_leaves_the_job_to_the_other(world: World) -> None:
    world.queue()

    def work(run: JobContext) -> None:
        world.wait(1000)
        world.storage.jobs.lease(kinds=["work"], seconds=60, now=world.now, worker="other")
        _until(lambda: run.progress(1))

    world.runner(work, lease_seconds=BEAT).run_one()
    assert (world.only().status, world.only().worker, world.only().error) == (JobStatus.RUNNING, "other", None)


def test_a_hung_handler_is_given_up_and_the_worker_goes_on(world: World) -> None:
    world.queue("hung")
    released = threading.Event()

    def hang(run: JobContext) -> None:
        world.wait(61)
        released.wait(30)

    runner = world.runner({"hung": hang}, lease_seconds=BEAT, policy={"max_seconds": 60})
    assert runner.run_one() is True
    found = world.only()
    released.set()
    assert (found.status, found.error) == (JobStatus.FAILED, "given up: it ran for more than 60 s")


def test_what_a_hung_handler_does_after_all_changes_nothing(world: World) -> None:
    world.queue()
    released, lost = threading.Event(), threading.Event()

    def hang(run: JobContext) -> None:
        world.wait(61)
        released.wait(30)
        with world.storage.writer(SCOPE) as writer:
            try:
                writer.finish_job(run.lease, at=world.now)
            except LeaseLost:
                lost.set()

    world.runner(hang, lease_seconds=BEAT, policy={"max_seconds": 60}).run_one()
    released.set()
    assert lost.wait(30)
    assert world.only().status is JobStatus.FAILED


@pytest.mark.parametrize("error", [LlmUnavailable, RateLimited])
def test_an_error_that_says_when_is_asked_again_then(world: World, error: type[LlmUnavailable]) -> None:
    world.queue()

    def limited(run: JobContext) -> None:
        raise error("slow down", retry_after=77)

    world.runner(limited).run_one()
    assert (world.only().run_after - world.now).total_seconds() == 77


def test_the_jobs_own_cap_ends_it(world: World) -> None:
    world.queue(max_attempts=2)

    def broken(run: JobContext) -> None:
        raise ValueError("what was said")

    runner = world.runner(broken)
    for _ in range(5):
        runner.run_one()
        world.wait(1000)
    assert (world.only().status, world.only().attempts, world.only().error) == (JobStatus.FAILED, 2, "ValueError")


def test_a_handler_that_ends_its_thread_fails_the_attempt(world: World) -> None:
    world.queue(max_attempts=1)

    def leave(run: JobContext) -> None:
        raise SystemExit(1)

    world.runner(leave).run_one()
    assert (world.only().status, world.only().error) == (JobStatus.FAILED, "SystemExit")
