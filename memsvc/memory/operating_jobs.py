"""What a tenant may do with its background jobs."""

from __future__ import annotations

from memsvc.domain.ids import JobId, TenantId
from memsvc.domain.jobs import ERASE, Job
from memsvc.errors import Conflict, NotFound
from memsvc.memory.context import Context

__all__ = ["cancel_job", "job", "retry_job"]


def job(context: Context, tenant: TenantId, job: JobId) -> Job:
    """Return a job of the tenant; raises NotFound."""
    found = context.storage.jobs.find(job, tenant)
    if found is None:
        raise NotFound(f"there is no job {job}")
    return found


def cancel_job(context: Context, tenant: TenantId, name: JobId) -> Job:
    """Call a queued or running job off; raises NotFound, and Conflict for one that has ended or must not be.

    An erasure that was acknowledged is finished: it cannot be called off.
    """
    if job(context, tenant, name).kind == ERASE:
        raise Conflict(f"job {name} finishes an erasure and cannot be cancelled")
    return context.storage.jobs.cancel(name, tenant, now=context.clock())


def retry_job(context: Context, tenant: TenantId, name: JobId) -> Job:
    """Queue a failed or cancelled job again with all its attempts; raises NotFound, Conflict."""
    return context.storage.jobs.retry(name, tenant, now=context.clock())
