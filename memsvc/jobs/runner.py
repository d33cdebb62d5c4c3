"""The worker loop: lease, run, finish, or try again later."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from memsvc.domain.jobs import Job
from memsvc.errors import MemsvcError
from memsvc.ports.clock import Clock
from memsvc.ports.storage import JobQueue

__all__ = ["Chore", "Handler", "RetryPolicy", "Runner"]

Handler = Callable[[Job], None]
Chore = Callable[[datetime], object]
_CHORES_EVERY = timedelta(hours=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first_wait` to `longest_wait` (seconds); after `attempts` a job has failed."""

    attempts: int = 8
    first_wait: float = 1.0
    longest_wait: float = 300.0

    def next_time(self, attempt: int, now: datetime) -> datetime | None:
        if attempt >= self.attempts:
            return None
        return now + timedelta(seconds=min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1)))


class Runner:
    """Runs jobs one at a time until told to stop; every handler is idempotent, so a lost lease does no harm."""

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        chores: Sequence[Chore] = (),
        lease_seconds: float = 120.0,
        policy: RetryPolicy | None = None,
    ) -> None:
        """`chores` are done when the runner starts and once an hour, between jobs."""
        self._queue = queue
        self._handlers = handlers
        self._clock = clock
        self._chores = chores
        self._chores_at: datetime | None = None
        self._lease_seconds = lease_seconds
        self._policy = policy or RetryPolicy()

    def run(self, stop: threading.Event, *, poll_seconds: float = 0.5) -> None:
        """Work until `stop` is set; the job at hand is ended first."""
        while not stop.is_set():
            self.do_chores()
            if not self.run_one():
                stop.wait(poll_seconds)

    def do_chores(self) -> None:
        """Do the chores if they are due."""
        now = self._clock()
        if self._chores_at is not None and now < self._chores_at:
            return
        self._chores_at = now + _CHORES_EVERY
        for chore in self._chores:
            try:
                chore(now)
            except Exception as error:  # noqa: BLE001  the job boundary: tidying may fail, the worker goes on
                _warn("a chore of the worker failed; it is tried again in an hour", error)

    def run_one(self) -> bool:
        """Run one due job; False when there is none or the queue cannot be asked."""
        try:
            job = self._queue.lease(kinds=list(self._handlers), seconds=self._lease_seconds, now=self._clock())
        except Exception as error:  # noqa: BLE001  the job boundary: a database that is away must not end the worker
            _warn("the job queue cannot be read; trying again", error)
            return False
        if job is None:
            return False
        self._run(job)
        return True

    def _run(self, job: Job) -> None:
        try:
            self._attempt(job)
        except Exception as error:  # noqa: BLE001  the job boundary: the lease runs out, and the job is run again
            _warn(f"the end of job {job.id} ({job.kind}) cannot be recorded", error)

    def _attempt(self, job: Job) -> None:
        if job.attempts > self._policy.attempts:
            reason = f"given up: {job.attempts - 1} runs were begun, and the last one never ended"
            self._queue.fail(job.id, reason, retry_at=None, now=self._clock())
            return
        try:
            with self._leased(job):
                self._handlers[job.kind](job)
        except Exception as error:  # noqa: BLE001  the job boundary
            retry_at = self._policy.next_time(job.attempts, self._clock())
            _log.warning("job %s (%s) failed: %s", job.id, job.kind, type(error).__name__)
            self._queue.fail(job.id, _reason(error), retry_at=retry_at, now=self._clock())
        else:
            self._queue.finish(job.id, now=self._clock())

    @contextmanager
    def _leased(self, job: Job) -> Iterator[None]:
        """Renew the lease from another thread for as long as the block runs."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(self._lease_seconds / 3):
                try:
                    self._queue.renew(job.id, seconds=self._lease_seconds, now=self._clock())
                except Exception as error:  # noqa: BLE001  the job boundary: the next renewal may succeed
                    _warn(f"the lease of job {job.id} cannot be renewed", error)

        renewing = threading.Thread(target=renew, name="memsvc-lease", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            ended.set()
            renewing.join()


def _warn(message: str, error: Exception) -> None:
    """Log an expected error in a line, and where an unexpected one came from."""
    if isinstance(error, MemsvcError):
        _log.warning("%s: %s", message, _reason(error))
    else:
        _log.warning("%s", message, exc_info=error)


def _reason(error: Exception) -> str:
    """Name the error without its detail, which may repeat what a user stored."""
    name = type(error).__name__
    return f"{name} ({error.code})" if isinstance(error, MemsvcError) else name
