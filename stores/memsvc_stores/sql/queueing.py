"""Jobs as a writer of a namespace queues them, in its own transaction."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.ids import uuid7
from memsvc.domain.jobs import ERASE, JobStatus, NewJob
from memsvc.domain.scope import Scope
from memsvc.domain.time import to_microseconds
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import encode_json
from memsvc_stores.sql.tables import jobs

__all__ = ["enqueue", "forget"]

_INSERT = (
    insert(jobs)
    .values({column.name: bindparam(column.name) for column in jobs.c if column.name != "row"})
    .on_conflict_do_nothing()
    .inline()
)
_FORGET = delete(jobs).where(
    jobs.c.tenant == bindparam("tenant"),
    jobs.c.namespace == bindparam("namespace"),
    jobs.c.status != JobStatus.RUNNING.value,
    jobs.c.kind != ERASE,
)


def enqueue(executor: Executor, scope: Scope, job: NewJob, *, at: datetime) -> None:
    """Queue a job unless one with the same `dedupe` waits in the scope."""
    now = to_microseconds(at)
    executor.run(
        _INSERT,
        id=uuid7(now // 1000, secrets.randbits(74)),
        tenant=scope.tenant,
        namespace=scope.namespace,
        kind=job.kind,
        dedupe=job.dedupe,
        status=JobStatus.QUEUED.value,
        attempts=0,
        run_after=now if job.run_after is None else to_microseconds(job.run_after),
        created_at=now,
        ended_at=None,
        lease_until=None,
        error=None,
        payload=encode_json(job.payload),
        priority=0,
        max_attempts=None,
        started_at=None,
        worker=None,
        result=None,
    )


def forget(executor: Executor, scope: Scope) -> None:
    """Delete the namespace's jobs, except erasures, which outlive it, and those that run."""
    executor.run(_FORGET, tenant=scope.tenant, namespace=scope.namespace)
