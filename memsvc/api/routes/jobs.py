"""Background work of the caller's tenant."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.parameters import Limit
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.jobs import JobStatus

__all__ = ["JOBS"]


def list_jobs(call: Call, status: Annotated[wire.JobStatus | None, Query()] = None, limit: Limit = 50) -> Response:
    """List the tenant's background jobs."""
    wanted = None if status is None else JobStatus(status)
    jobs = call.backend.storage.jobs.list(call.caller.tenant, status=wanted, limit=limit)
    return reply(wire.JobList(items=tuple(outbound.job(job) for job in jobs)))


JOBS = (Endpoint("GET", "/v1/jobs", list_jobs, scope=AccessScope.READ, answers={200: wire.JobList}),)
