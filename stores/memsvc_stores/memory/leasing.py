"""Which job of a MemoryStorage a worker gets next; the rule is that of the JobQueue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from memsvc.domain.ids import TenantId
from memsvc.domain.jobs import Job, JobStatus

__all__ = ["next_job"]

_NEVER = datetime.min.replace(tzinfo=UTC)


def next_job(jobs: Sequence[Job], kinds: Collection[str], now: datetime) -> Job | None:
    """Return the job of these kinds whose turn it is, or None when none is due."""
    known = [job for job in jobs if job.kind in kinds]
    expired = [job for job in known if job.lease_until is not None and job.lease_until <= now]
    if expired:
        return min(expired, key=lambda job: (job.lease_until or now, job.row))
    due = [job for job in known if job.status is JobStatus.QUEUED and job.run_after <= now]
    if not due:
        return None

    def turn(tenant: TenantId) -> tuple[int, datetime, str]:
        theirs = [job for job in jobs if job.tenant == tenant]
        running = sum(job.status is JobStatus.RUNNING for job in theirs)
        return running, max(job.started_at or _NEVER for job in theirs), tenant

    served = min({job.tenant for job in due}, key=turn)
    return min(
        (job for job in due if job.tenant == served), key=lambda job: (-job.priority, job.run_after, job.row)
    )
