"""The worker loop: lease, run, finish, or try again later."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from memsvc.errors import InvalidInput
from memsvc.jobs.attempt import Attempts, log_failure
from memsvc.jobs.policy import JobPolicy
from memsvc.jobs.running import Handler
from memsvc.ports.clock import Clock
from memsvc.ports.jobs import JobQueue

__all__ = ["Chore", "Runner", "WorkerOptions"]

Chore = Callable[[datetime], object]
_CHORES_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works: its name in the job list, how many jobs at a time, and the policy of each kind."""

    worker: str = ""
    threads: int = 1
    lease_seconds: float = 120.0
    policy: JobPolicy = field(default_factory=JobPolicy)
    policies: Mapping[str, JobPolicy] = field(default_factory=dict)
    chance: Callable[[], float] = random.random

    def policy_of(self, kind: str) -> JobPolicy:
        return self.policies.get(kind, self.policy)


class Runner:
    """Runs jobs until told to stop."""

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        chores: Sequence[Chore] = (),
        options: WorkerOptions | None = None,
    ) -> None:
        """`chores` are done when the runner starts and once an hour, between jobs."""
        self._queue = queue
        self._handlers = handlers
        self._clock = clock
        self._chores = chores
        self._chores_at: datetime | None = None
        self._options = options or WorkerOptions()
        self._attempts = Attempts(queue, clock, self._options.lease_seconds, self._options.chance)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of jobs that are run, sorted."""
        return tuple(sorted(self._handlers))

    def only(self, kinds: Collection[str]) -> Runner:
        """Return a runner of these kinds alone; raises InvalidInput for one that has no handler."""
        unknown = sorted(set(kinds) - set(self._handlers))
        if unknown:
            raise InvalidInput(f"{unknown[0]!r} is no kind of job; there are {', '.join(self.kinds)}")
        handlers = {kind: self._handlers[kind] for kind in kinds}
        return Runner(self._queue, handlers, clock=self._clock, chores=self._chores, options=self._options)

    def run(self, stop: threading.Event, *, poll_seconds: float = 0.5) -> None:
        """Work until `stop` is set; the jobs at hand are ended first."""
        helpers = [
            threading.Thread(target=self._loop, args=(stop, poll_seconds), name=f"memsvc-worker-{n}", daemon=True)
            for n in range(1, self._options.threads)
        ]
        for helper in helpers:
            helper.start()
        self._loop(stop, poll_seconds, chores=True)
        for helper in helpers:
            helper.join()

    def _loop(self, stop: threading.Event, poll_seconds: float, chores: bool = False) -> None:
        while not stop.is_set():
            if chores:
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
                log_failure("a chore of the worker failed; it is tried again in an hour", error)

    def drain(self) -> int:
        """Run due jobs until there are none and return how many were run."""
        count = 0
        while self.run_one():
            count += 1
        return count

    def run_one(self) -> bool:
        """Run one due job; False when there is none or the queue cannot be asked."""
        options = self._options
        try:
            job = self._queue.lease(
                kinds=self.kinds, seconds=options.lease_seconds, now=self._clock(), worker=options.worker
            )
        except Exception as error:  # noqa: BLE001  the job boundary: a database that is away must not end the worker
            log_failure("the job queue cannot be read; trying again", error)
            return False
        if job is None:
            return False
        try:
            self._attempts.make(job, self._handlers[job.kind], options.policy_of(job.kind))
        except Exception as error:  # noqa: BLE001  the job boundary: the lease runs out, and the job is run again
            log_failure(f"the end of job {job.id} ({job.kind}) cannot be recorded", error)
        return True
