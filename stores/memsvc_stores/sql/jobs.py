"""The job queue: a leased job is a row that no other worker takes before its lease runs out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, delete, exists, func, null, or_, select, update
from sqlalchemy.sql.dml import Update

from memsvc.domain.ids import JobId, NamespaceName, TenantId
from memsvc.domain.jobs import Job, JobStatus, Lease, Progress, checked_result
from memsvc.domain.notes import Json
from memsvc.domain.time import to_microseconds
from memsvc.errors import Conflict, NotFound
from memsvc_stores.sql import leasing
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.leasing import QUEUED
from memsvc_stores.sql.queueing import DONE, HELD
from memsvc_stores.sql.rows import JOB_COLUMNS, encode_json, job_of
from memsvc_stores.sql.tables import TEXT, jobs

__all__ = ["SqlJobs"]

_RENEW = (
    update(jobs)
    .where(*HELD, jobs.c.lease_until > bindparam("now"))
    .values(lease_until=bindparam("until"), progress=func.coalesce(bindparam("come", type_=TEXT), jobs.c.progress))
)
_FINISH = update(jobs).where(*HELD).values(DONE)
_ENDED = {"lease_until": null(), "progress": null(), "ended_at": bindparam("now")}
_FAIL = update(jobs).where(*HELD).values(status=JobStatus.FAILED.value, error=bindparam("reason"), **_ENDED)
_twin = jobs.alias("twin")
_WAITS_ALREADY = exists().where(
    _twin.c.tenant == jobs.c.tenant,
    _twin.c.namespace == jobs.c.namespace,
    _twin.c.dedupe == jobs.c.dedupe,
    _twin.c.status == QUEUED,
)
_TRY_AGAIN = (
    update(jobs)
    .where(*HELD)
    .values(
        status=case((_WAITS_ALREADY, JobStatus.CANCELLED.value), else_=JobStatus.QUEUED.value),
        ended_at=case((_WAITS_ALREADY, bindparam("now", type_=jobs.c.ended_at.type)), else_=null()),
        lease_until=null(),
        progress=null(),
        error=bindparam("reason"),
        run_after=bindparam("retry_at"),
    )
)
_OF_TENANT = (jobs.c.id == bindparam("job"), jobs.c.tenant == bindparam("of_tenant"))
_CANCEL = (
    update(jobs)
    .where(*_OF_TENANT, or_(jobs.c.status == JobStatus.QUEUED.value, jobs.c.status == JobStatus.RUNNING.value))
    .values(status=JobStatus.CANCELLED.value, **_ENDED)
    .returning(*JOB_COLUMNS)
)
_RETRY = (
    update(jobs)
    .where(
        *_OF_TENANT,
        or_(jobs.c.status == JobStatus.FAILED.value, jobs.c.status == JobStatus.CANCELLED.value),
        ~_WAITS_ALREADY,
    )
    .values(status=JobStatus.QUEUED.value, attempts=0, run_after=bindparam("now"), ended_at=null(), error=null())
    .returning(*JOB_COLUMNS)
)
_FIND = select(*JOB_COLUMNS).where(*_OF_TENANT)


def _wanted(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Compare the column with the parameter of its name, unless that is null."""
    wanted = bindparam(f"of_{column.key}", type_=TEXT)
    return or_(wanted.is_(null()), column == wanted)


_LIST = (
    select(*JOB_COLUMNS)
    .where(
        jobs.c.tenant == bindparam("of_tenant"),
        jobs.c.row < bindparam("before_row", type_=BigInteger),
        _wanted(jobs.c.status),
        _wanted(jobs.c.kind),
        _wanted(jobs.c.namespace),
    )
    .order_by(jobs.c.row.desc())
    .limit(bindparam("count"))
)
_PRUNE = delete(jobs).where(
    or_(jobs.c.status == JobStatus.DONE.value, jobs.c.status == JobStatus.CANCELLED.value),
    jobs.c.ended_at < bindparam("before"),
)
_AFTER_ALL_ROWS = 2**63 - 1


class SqlJobs:
    """Each method is a transaction of its own."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Executor]],
        write: Callable[[], AbstractContextManager[Executor]],
    ) -> None:
        self._read = read
        self._write = write

    def lease(self, *, kinds: Sequence[str], seconds: float, now: datetime, worker: str = "") -> Job | None:
        moment = to_microseconds(now)
        with self._read() as executor:
            groups = leasing.due_groups(executor, kinds, moment)
            if not groups and not leasing.has_expired(executor, kinds, moment):
                return None
        lease = {"now": moment, "until": _after(moment, seconds), "by": worker or None}
        with self._write() as executor:
            taken = leasing.take_expired(executor, kinds, **lease)
            for group in groups:
                if taken is not None:
                    break
                taken = leasing.take_from(executor, group, **lease)
            return None if taken is None else job_of(taken)

    def renew(self, lease: Lease, *, seconds: float, now: datetime, progress: Progress | None = None) -> bool:
        moment = to_microseconds(now)
        come = None if progress is None else json.dumps([progress.done, progress.total])
        return self._change(_RENEW, lease, now=moment, until=_after(moment, seconds), come=come)

    def finish(self, lease: Lease, *, now: datetime, result: Mapping[str, Json] | None = None) -> bool:
        outcome = None if result is None else encode_json(checked_result(result))
        return self._change(_FINISH, lease, now=to_microseconds(now), outcome=outcome)

    def fail(self, lease: Lease, error: str, *, retry_at: datetime | None, now: datetime) -> bool:
        moment = to_microseconds(now)
        if retry_at is None:
            return self._change(_FAIL, lease, reason=error, now=moment)
        values = {"reason": error, "now": moment, "retry_at": to_microseconds(retry_at)}
        try:
            return self._change(_TRY_AGAIN, lease, **values)
        except Conflict:  # another one of its `dedupe` was queued at this very moment; now it is seen
            return self._change(_TRY_AGAIN, lease, **values)

    def find(self, job: JobId, tenant: TenantId) -> Job | None:
        with self._read() as executor:
            found = executor.one(_FIND, job=job, of_tenant=tenant)
            return None if found is None else job_of(found)

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
        with self._read() as executor:
            found = executor.all(
                _LIST,
                of_tenant=tenant,
                before_row=_AFTER_ALL_ROWS if before_row is None else before_row,
                of_status=None if status is None else status.value,
                of_kind=kind,
                of_namespace=namespace,
                count=limit,
            )
            return [job_of(row) for row in found]

    def cancel(self, job: JobId, tenant: TenantId, *, now: datetime) -> Job:
        with self._write() as executor:
            changed = executor.one(_CANCEL, job=job, of_tenant=tenant, now=to_microseconds(now))
            if changed is None:
                found = _existing(executor, job, tenant)
                raise Conflict(f"job {job} is {found.status} and cannot be cancelled any more")
            return job_of(changed)

    def retry(self, job: JobId, tenant: TenantId, *, now: datetime) -> Job:
        with self._write() as executor:
            changed = executor.one(_RETRY, job=job, of_tenant=tenant, now=to_microseconds(now))
            if changed is None:
                found = _existing(executor, job, tenant)
                if found.status in (JobStatus.FAILED, JobStatus.CANCELLED):
                    raise Conflict(f"another job with the work of job {job} waits already")
                raise Conflict(f"job {job} is {found.status}; only a failed or cancelled job can be retried")
            return job_of(changed)

    def prune(self, *, before: datetime) -> int:
        with self._write() as executor:
            return executor.run(_PRUNE, before=to_microseconds(before))

    def _change(self, statement: Update, lease: Lease, **values: object) -> bool:
        with self._write() as executor:
            return executor.run(statement, job=lease.job, number=lease.number, **values) > 0


def _existing(executor: Executor, job: JobId, tenant: TenantId) -> Job:
    found = executor.one(_FIND, job=job, of_tenant=tenant)
    if found is None:
        raise NotFound(f"there is no job {job}")
    return job_of(found)


def _after(moment: int, seconds: float) -> int:
    return moment + round(seconds * 1_000_000)
