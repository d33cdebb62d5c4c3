"""Calls about background jobs."""

from __future__ import annotations

from typing import Any

from memsvc.client._codec import get, path, query, reader
from memsvc.client._exchange import Call, Request
from memsvc.client._options import JobOptions
from memsvc.wire import Job, JobPage

__all__ = ["cancel_job", "job", "jobs", "retry_job"]


def jobs(options: JobOptions, *, limit: int, cursor: str | None) -> Call[JobPage]:
    parameters: dict[str, Any] = {**options, "limit": limit, "cursor": cursor}
    return Call(get(query(path("jobs"), parameters)), reader(JobPage))


def job(job: str) -> Call[Job]:
    return Call(get(path("jobs", job)), reader(Job))


def cancel_job(job: str) -> Call[Job]:
    return Call(Request("POST", path("jobs", job, "cancel"), repeatable=False), reader(Job))


def retry_job(job: str) -> Call[Job]:
    return Call(Request("POST", path("jobs", job, "retry"), repeatable=False), reader(Job))
