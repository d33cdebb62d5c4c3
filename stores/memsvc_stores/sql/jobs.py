"""The job queue: leases are rows that no other worker takes before they run out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, exists, func, null, or_, select, update

from memsvc.domain.ids import JobId, TenantId
from memsvc.domain.jobs import Job, JobStatus
from memsvc.domain.time import to_microseconds
from memsvc.ports.clock import Clock
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import JOB_COLUMNS, job_of
from memsvc_stores.sql.tables import jobs

__all__ = ["SqlJobs"]

_QUEUED, _RUNNING = JobStatus.QUEUED.value, JobStatus.RUNNING.value
_DUE = (
    select(jobs.c.row)
    .where(
        among(jobs.c.kind, "kinds"),
        or_(
            and_(jobs.c.status == _QUEUED, jobs.c.run_after <= bindparam("now")),
            and_(jobs.c.status == _RUNNING, jobs.c.lease_until <= bindparam("now")),
        ),
    )
    .order_by(jobs.c.run_after, jobs.c.row)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(jobs)
    .where(jobs.c.row == bindparam("due"))
    .values(status=_RUNNING, attempts=jobs.c.attempts + 1, lease_until=bindparam("until"))
    .returning(*JOB_COLUMNS)
)
_HELD = and_(jobs.c.id == bindparam("job"), jobs.c.status == _RUNNING)
_RENEW = update(jobs).where(_HELD, jobs.c.lease_until > bindparam("now")).values(lease_until=bindparam("until"))
_FINISH = (
    update(jobs)
    .where(_HELD)
    .values(status=JobStatus.DONE.value, lease_until=null(), error=null(), ended_at=bindparam("now"))
)
_FAIL = (
    update(jobs)
    .where(_HELD)
    .values(
        status=JobStatus.FAILED.value, lease_until=null(), error=bindparam("reason"), ended_at=bindparam("now")
    )
)
_twin = jobs.alias("twin")
_WAITS_ALREADY = exists().where(
    _twin.c.tenant == jobs.c.tenant,
    _twin.c.namespace == jobs.c.namespace,
    _twin.c.dedupe == jobs.c.dedupe,
    _twin.c.status == _QUEUED,
)
_RETRY = (
    update(jobs)
    .where(_HELD)
    .values(
        status=case((_WAITS_ALREADY, JobStatus.CANCELLED.value), else_=_QUEUED),
        ended_at=case((_WAITS_ALREADY, bindparam("now", type_=jobs.c.ended_at.type)), else_=null()),
        lease_until=null(),
        error=bindparam("reason"),
        run_after=bindparam("retry_at"),
    )
)
_CANCEL = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("job"),
        jobs.c.tenant == bindparam("of_tenant"),
        or_(jobs.c.status == _QUEUED, jobs.c.status == _RUNNING),
    )
    .values(status=JobStatus.CANCELLED.value, lease_until=null(), ended_at=bindparam("now"))
)
_LIST = (
    select(*JOB_COLUMNS)
    .where(
        jobs.c.tenant == bindparam("of_tenant"),
        func.coalesce(bindparam("wanted", type_=jobs.c.status.type), jobs.c.status) == jobs.c.status,
    )
    .order_by(jobs.c.row.desc())
    .limit(bindparam("count"))
)
_PRUNE = delete(jobs).where(
    or_(jobs.c.status == JobStatus.DONE.value, jobs.c.status == JobStatus.CANCELLED.value),
    jobs.c.ended_at < bindparam("before"),
)


class SqlJobs:
    """Each method is a transaction of its own."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Executor]],
        write: Callable[[], AbstractContextManager[Executor]],
        clock: Clock,
    ) -> None:
        self._read = read
        self._write = write
        self._clock = clock

    def lease(self, *, kinds: Sequence[str], seconds: float, now: datetime) -> Job | None:
        moment = to_microseconds(now)
        with self._write() as executor:
            due = executor.one(_DUE, kinds=executor.backend.many(kinds), now=moment)
            if due is None:
                return None
            return job_of(executor.one(_LEASE, due=due[0], until=_after(moment, seconds)))

    def renew(self, job: JobId, *, seconds: float, now: datetime) -> bool:
        moment = to_microseconds(now)
        with self._write() as executor:
            return executor.run(_RENEW, job=job, now=moment, until=_after(moment, seconds)) > 0

    def finish(self, job: JobId, *, now: datetime) -> None:
        with self._write() as executor:
            executor.run(_FINISH, job=job, now=to_microseconds(now))

    def fail(self, job: JobId, error: str, *, retry_at: datetime | None, now: datetime) -> None:
        """Release the job; to be retried, it waits again, unless another one of its `dedupe` waits already."""
        with self._write() as executor:
            moment = to_microseconds(now)
            if retry_at is None:
                executor.run(_FAIL, job=job, reason=error, now=moment)
            else:
                executor.run(_RETRY, job=job, reason=error, now=moment, retry_at=to_microseconds(retry_at))

    def cancel(self, job: JobId, tenant: TenantId) -> bool:
        with self._write() as executor:
            return executor.run(_CANCEL, job=job, of_tenant=tenant, now=to_microseconds(self._clock())) > 0

    def list(self, tenant: TenantId, *, status: JobStatus | None, limit: int) -> list[Job]:
        wanted = None if status is None else status.value
        with self._read() as executor:
            return [job_of(r) for r in executor.all(_LIST, of_tenant=tenant, wanted=wanted, count=limit)]

    def prune(self, *, before: datetime) -> int:
        with self._write() as executor:
            return executor.run(_PRUNE, before=to_microseconds(before))


def _after(moment: int, seconds: float) -> int:
    return moment + round(seconds * 1_000_000)
