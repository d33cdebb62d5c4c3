"""Background work."""

from __future__ import annotations

from datetime import datetime

from memsvc.wire.base import Response
from memsvc.wire.words import JobStatus

__all__ = ["Job", "JobPage", "JobProgress"]


class JobProgress(Response):
    """How far a running job has come; `total` is null when that is not known."""

    done: int
    total: int | None = None


class Job(Response):
    """A piece of background work; it holds no memory text.

    `attempts` are counted since it was queued or retried, `max_attempts` is null where the worker's policy says
    how many there are. `started_at` and `worker` are those of the last attempt, `error` names why it failed,
    `result` what it did, in figures.
    """

    id: str
    namespace: str
    kind: str
    status: JobStatus
    priority: int = 0
    attempts: int
    max_attempts: int | None = None
    run_after: datetime
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    lease_until: datetime | None = None
    worker: str | None = None
    progress: JobProgress | None = None
    error: str | None = None
    result: dict[str, str | bool | int | float | None] | None = None


class JobPage(Response):
    """Jobs, newest first; `next` is the cursor of the following page, if there is one."""

    items: tuple[Job, ...]
    next: str | None = None
