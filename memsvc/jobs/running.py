"""A job at hand: its handler works in a thread of its own while its lease is kept alive here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import TypeAlias

from memsvc.domain.jobs import Job, Lease, Progress, checked_result
from memsvc.domain.notes import Json
from memsvc.errors import LeaseLost
from memsvc.ports.jobs import JobContext

__all__ = ["Handler", "Result", "RunningJob", "ended", "start"]

Result: TypeAlias = Mapping[str, Json] | None
Handler: TypeAlias = Callable[[JobContext], Result]


class RunningJob:
    """The JobContext of one run."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._lost: tuple[type[LeaseLost], str] | None = None
        self._progress: Progress | None = None

    @property
    def job(self) -> Job:
        return self._job

    @property
    def lease(self) -> Lease:
        return self._job.lease

    @property
    def come(self) -> Progress | None:
        """Return the progress that the handler told last."""
        return self._progress

    def check(self) -> None:
        if self._lost is not None:
            error, detail = self._lost
            raise error(detail)

    def progress(self, done: int, total: int | None = None) -> None:
        self._progress = Progress(done, total)
        self.check()

    def lose(self, error: type[LeaseLost], detail: str) -> None:
        """Let the handler know, at its next check, that the job is not this run's any more."""
        self._lost = (error, detail)


def start(handler: Handler, running: RunningJob) -> Future[Result]:
    """Begin the run in a daemon thread, so that a handler that hangs holds up neither the worker nor its end."""
    future: Future[Result] = Future()

    def work() -> None:
        try:
            result = handler(running)
            future.set_result(None if result is None else checked_result(result))
        except BaseException as error:  # noqa: BLE001  handed to the runner, which is the job boundary
            future.set_exception(error)

    threading.Thread(target=work, name=f"memsvc-job-{running.job.kind}", daemon=True).start()
    return future


def ended(future: Future[Result], *, within: float) -> bool:
    """Wait up to `within` seconds and return whether the run has ended."""
    return bool(wait([future], timeout=within).done)
