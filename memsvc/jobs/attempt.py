"""One attempt of a leased job, from the start of its handler to the record of how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from memsvc.domain.jobs import Job, JobStatus
from memsvc.errors import JobCancelled, LeaseLost, MemsvcError
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.running import Handler, Result, RunningJob, ended, start
from memsvc.ports.clock import Clock
from memsvc.ports.jobs import JobQueue

__all__ = ["Attempts", "log_failure", "reason_of"]

_LONGEST_BEAT = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts; a lease lasts `lease_seconds` and is renewed three times in that, at least every 5 s."""

    queue: JobQueue
    clock: Clock
    lease_seconds: float
    chance: Callable[[], float]

    def make(self, job: Job, handler: Handler, policy: JobPolicy) -> None:
        """Run the job and record its end; a lease that was lost meanwhile is left to whoever has it."""
        if job.attempts > policy.cap(job):
            self._fail(job, f"given up: {job.attempts - 1} runs were begun, and the last one never ended")
            return
        give_up = self.clock() + timedelta(seconds=policy.max_seconds)
        running = RunningJob(job)
        future = start(handler, running)
        while not ended(future, within=min(_LONGEST_BEAT, self.lease_seconds / 3)):
            if self.clock() > give_up:
                running.lose(LeaseLost, "the job ran too long and was given up")
                self._fail(job, f"given up: it ran for more than {policy.max_seconds:g} s")
                return
            self._beat(running)
        error = future.exception()
        if error is None:
            self._finish(job, future.result())
        else:
            self._failed(job, error, policy)

    def _beat(self, running: RunningJob) -> None:
        job = running.job
        try:
            if self.queue.renew(
                job.lease, seconds=self.lease_seconds, now=self.clock(), progress=running.come
            ) or self._is_done(job):
                return
            cancelled = self._now(job, JobStatus.CANCELLED)
        except Exception as error:  # noqa: BLE001  the job boundary: the next renewal may succeed
            log_failure(f"the lease of job {job.id} cannot be renewed", error)
            return
        if cancelled:
            running.lose(JobCancelled, f"job {job.id} was cancelled")
        else:
            running.lose(LeaseLost, f"the lease of job {job.id} was lost")

    def _finish(self, job: Job, result: Result) -> None:
        if not self.queue.finish(job.lease, now=self.clock(), result=result) and not self._is_done(job):
            _log.warning("job %s (%s) ended after its lease was lost", job.id, job.kind)

    def _failed(self, job: Job, error: BaseException, policy: JobPolicy) -> None:
        now = self.clock()
        after = error.retry_after if isinstance(error, MemsvcError) else None
        retry_at = policy.next_time(job, now, chance=self.chance(), retry_after=after)
        if self.queue.fail(job.lease, reason_of(error), retry_at=retry_at, now=now):
            _log.warning("job %s (%s) failed: %s", job.id, job.kind, type(error).__name__)
        elif not self._is_done(job):
            _log.info("job %s (%s) stopped: %s", job.id, job.kind, type(error).__name__)

    def _fail(self, job: Job, reason: str) -> None:
        _log.warning("job %s (%s) failed: %s", job.id, job.kind, reason)
        self.queue.fail(job.lease, reason, retry_at=None, now=self.clock())

    def _is_done(self, job: Job) -> bool:
        """Return whether this run finished the job itself, with its effects."""
        return self._now(job, JobStatus.DONE)

    def _now(self, job: Job, status: JobStatus) -> bool:
        found = self.queue.find(job.id, job.tenant)
        return found is not None and found.lease == job.lease and found.status is status


def log_failure(message: str, error: Exception) -> None:
    """Log an expected error in a line, and where an unexpected one came from."""
    if isinstance(error, MemsvcError):
        _log.warning("%s: %s", message, reason_of(error))
    else:
        _log.warning("%s", message, exc_info=error)


def reason_of(error: BaseException) -> str:
    """Name the error without its detail, which may repeat what a user stored."""
    name = type(error).__name__
    return f"{name} ({error.code})" if isinstance(error, MemsvcError) else name
