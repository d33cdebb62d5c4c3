"""Background work of the caller's tenant."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path, Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.convert import outbound
from memsvc.api.endpoints import Endpoint
from memsvc.api.paging import page_of
from memsvc.api.parameters import Cursor, Limit
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import JobId, NamespaceName
from memsvc.domain.jobs import JobStatus

__all__ = ["JOBS"]

_JobIdentifier: TypeAlias = Annotated[str, Path(pattern=wire.NAME_PATTERN)]
_Status: TypeAlias = Annotated[wire.JobStatus | None, Query(description="Only jobs of this status.")]
_Kind: TypeAlias = Annotated[
    str | None, Query(pattern=wire.NAME_PATTERN, description="Only jobs of this kind, such as index.save.")
]
_Namespace: TypeAlias = Annotated[
    str | None, Query(pattern=wire.NAME_PATTERN, description="Only jobs of this namespace.")
]


def list_jobs(
    call: Call,
    status: _Status = None,
    kind: _Kind = None,
    namespace: _Namespace = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List the tenant's background jobs, newest first."""
    queue = call.backend.storage.jobs
    items, following = page_of(
        call,
        lambda before, count: queue.list(
            call.caller.tenant,
            status=None if status is None else JobStatus(status),
            kind=kind,
            namespace=None if namespace is None else NamespaceName(namespace),
            before_row=before or None,
            limit=count,
        ),
        position=lambda job: job.row,
        limit=limit,
        cursor=cursor,
        binding=("jobs", status, kind, namespace),
    )
    return reply(wire.JobPage(items=tuple(outbound.job(job) for job in items), next=following))


def get_job(call: Call, job: _JobIdentifier) -> Response:
    """Read a background job."""
    return reply(outbound.job(call.service.job(call.caller.tenant, JobId(job))))


def cancel_job(call: Call, job: _JobIdentifier) -> Response:
    """Call off a queued or running job; a running one stops where it next asks."""
    return reply(outbound.job(call.service.cancel_job(call.caller.tenant, JobId(job))))


def retry_job(call: Call, job: _JobIdentifier) -> Response:
    """Queue a failed or cancelled job again, its attempts counted anew."""
    return reply(outbound.job(call.service.retry_job(call.caller.tenant, JobId(job))))


JOBS = (
    Endpoint(
        "GET",
        "/v1/jobs",
        list_jobs,
        scope=AccessScope.READ,
        answers={200: wire.JobPage},
        errors=frozenset({400}),
    ),
    Endpoint(
        "GET",
        "/v1/jobs/{job}",
        get_job,
        scope=AccessScope.READ,
        answers={200: wire.Job},
        errors=frozenset({404}),
    ),
    Endpoint(
        "POST",
        "/v1/jobs/{job}/cancel",
        cancel_job,
        scope=AccessScope.WRITE,
        answers={200: wire.Job},
        errors=frozenset({404, 409}),
    ),
    Endpoint(
        "POST",
        "/v1/jobs/{job}/retry",
        retry_job,
        scope=AccessScope.WRITE,
        answers={200: wire.Job},
        errors=frozenset({404, 409}),
    ),
)
