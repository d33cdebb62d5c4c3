"""Background jobs, the service's own state, and problems."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from memsvc.wire.base import Response
from memsvc.wire.words import JobStatus

__all__ = ["FieldProblem", "Health", "Job", "JobList", "Problem", "Readiness", "Version"]


class Job(Response):
    """A piece of background work; `error` says why its last attempt failed."""

    id: str
    namespace: str
    kind: str
    status: JobStatus
    attempts: int
    run_after: datetime
    created_at: datetime
    lease_until: datetime | None = None
    error: str | None = None


class JobList(Response):
    items: tuple[Job, ...]


class Health(Response):
    status: Literal["ok"] = "ok"


class Readiness(Response):
    """Whether requests can be answered; `checks` maps storage and embedder to ok or to what is wrong."""

    status: Literal["ready", "unready"]
    checks: dict[str, str]


class Version(Response):
    version: str
    api: str = "v1"


class FieldProblem(Response):
    """One wrong place in a request, named by JSON pointer."""

    pointer: str
    message: str


class Problem(Response):
    """An error as RFC 9457 has it; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    request_id: str | None = None
    errors: tuple[FieldProblem, ...] = ()
