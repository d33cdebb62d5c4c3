"""How often a job is tried, how long it may run, and how long it waits between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from memsvc.domain.jobs import Job

__all__ = ["JobPolicy"]


@dataclass(frozen=True, slots=True)
class JobPolicy:
    """The policy of a kind of jobs; times are in seconds.

    Waits double from `first_wait` to `longest_wait`, each shortened by up to the share `spread` of it at random,
    so that jobs that failed together do not come back together. After `attempts` a job has failed, unless it has
    a `max_attempts` of its own. A run of more than `max_seconds` is given up. Who asks for more time than
    `longest_asked` gets that.
    """

    attempts: int = 8
    first_wait: float = 1.0
    longest_wait: float = 300.0
    longest_asked: float = 86_400.0
    spread: float = 0.25
    max_seconds: float = 3600.0

    def cap(self, job: Job) -> int:
        """Return how many attempts the job has."""
        return self.attempts if job.max_attempts is None else job.max_attempts

    def next_time(
        self, job: Job, now: datetime, *, chance: float = 0.0, retry_after: float | None = None
    ) -> datetime | None:
        """Return when a job whose attempt failed is tried again, or None if that was the last attempt.

        `chance` in [0, 1) decides the spread. What was to be asked again after `retry_after` is not asked
        earlier; its spread goes the other way.
        """
        if job.attempts >= self.cap(job):
            return None
        wait = min(self.longest_wait, self.first_wait * 2.0 ** min(job.attempts - 1, 60))
        wait *= 1.0 - self.spread * chance
        if retry_after is not None and retry_after > wait:
            wait = min(retry_after, self.longest_asked) * (1.0 + self.spread * chance)
        return now + timedelta(seconds=wait)
