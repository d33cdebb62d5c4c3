"""The job queue, and what a running job sees of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from memsvc.domain.ids import JobId, NamespaceName, TenantId
from memsvc.domain.jobs import Job, JobStatus, Lease, Progress
from memsvc.domain.notes import Json

__all__ = ["JobContext", "JobQueue"]


class JobContext(Protocol):
    """A running job as its handler sees it; safe to use from several threads.

    A handler whose effects must not happen twice calls `Writer.finish_job(context.lease, ...)` in the transaction
    of the last of them: it rolls back if the lease was lost.
    """

    @property
    def job(self) -> Job: ...

    @property
    def lease(self) -> Lease: ...

    def check(self) -> None:
        """Return while the job is this run's to do; raises JobCancelled, or LeaseLost when another has it.

        Costs no query, so it may be called often; what happened is known after the next heartbeat.
        """

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the job has come; it is written with the next heartbeat. Checks as `check` does."""


class JobQueue(Protocol):
    """Leased background jobs of all tenants; only the worker and operators see across tenants."""

    def lease(self, *, kinds: Sequence[str], seconds: float, now: datetime, worker: str = "") -> Job | None:
        """Take a job of these kinds that is due, or None; count an attempt and a lease.

        A job whose lease ran out goes first. Then it is the turn of the tenant that has the fewest running jobs,
        of several the one whose last job started earliest; of its due jobs that of the highest priority, then
        of the earliest `run_after`, then the one queued first.
        """

    def renew(self, lease: Lease, *, seconds: float, now: datetime, progress: Progress | None = None) -> bool:
        """Prolong a lease and keep the progress; False, changing nothing, when it was lost or ran out."""

    def finish(self, lease: Lease, *, now: datetime, result: Mapping[str, Json] | None = None) -> bool:
        """End the job as done; False, changing nothing, when the lease was lost.

        Raises ServerFault for a result that `checked_result` refuses.
        """

    def fail(self, lease: Lease, error: str, *, retry_at: datetime | None, now: datetime) -> bool:
        """Record a failure: queued again at `retry_at`, or failed for good when that is None.

        Queued again, it is cancelled instead when another job of its `dedupe` waits. False, changing nothing,
        when the lease was lost.
        """

    def find(self, job: JobId, tenant: TenantId) -> Job | None: ...

    def list(
        self,
        tenant: TenantId,
        *,
        limit: int,
        status: JobStatus | None = None,
        kind: str | None = None,
        namespace: NamespaceName | None = None,
        before_row: int | None = None,
    ) -> list[Job]:
        """Return jobs of the tenant that meet every condition given, newest first."""

    def cancel(self, job: JobId, tenant: TenantId, *, now: datetime) -> Job:
        """End a queued or running job as cancelled and return it; raises NotFound, Conflict (it has ended).

        Its worker learns of it at its next heartbeat.
        """

    def retry(self, job: JobId, tenant: TenantId, *, now: datetime) -> Job:
        """Queue a failed or cancelled job again, due now, its attempts counted anew, and return it.

        Raises NotFound, and Conflict when the job is neither, or when another one of its `dedupe` waits.
        """

    def prune(self, *, before: datetime) -> int:
        """Delete done and cancelled jobs that ended before, and return how many; failed ones stay."""
