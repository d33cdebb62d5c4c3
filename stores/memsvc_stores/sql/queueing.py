"""Jobs as a writer of a namespace queues and finishes them, in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, null, update
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.ids import uuid7
from memsvc.domain.jobs import ERASE, JobStatus, Lease, NewJob, checked_result
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope
from memsvc.domain.time import to_microseconds
from memsvc.errors import LeaseLost
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import encode_json
from memsvc_stores.sql.tables import jobs

__all__ = ["DONE", "HELD", "enqueue", "finish", "forget"]

HELD = (
    jobs.c.id == bindparam("job"),
    jobs.c.leases == bindparam("number"),
    jobs.c.status == JobStatus.RUNNING.value,
)
DONE = {
    "status": JobStatus.DONE.value,
    "lease_until": null(),
    "progress": null(),
    "error": null(),
    "result": bindparam("outcome"),
    "ended_at": bindparam("now"),
}
_INSERT = (
    insert(jobs)
    .values({column.name: bindparam(column.name) for column in jobs.c if column.name != "row"})
    .on_conflict_do_nothing()
    .inline()
)
_FINISH = (
    update(jobs)
    .where(*HELD, jobs.c.tenant == bindparam("of_tenant"), jobs.c.namespace == bindparam("of_namespace"))
    .values(DONE)
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
        priority=int(job.priority),
        max_attempts=job.max_attempts,
        leases=0,
        started_at=None,
        worker=None,
        progress=None,
        result=None,
    )


def finish(
    executor: Executor, scope: Scope, lease: Lease, *, at: datetime, result: Mapping[str, Json] | None
) -> None:
    """End the held job as done; raises LeaseLost. The row stays locked until the transaction ends."""
    outcome = None if result is None else encode_json(checked_result(result))
    changed = executor.run(
        _FINISH,
        job=lease.job,
        number=lease.number,
        of_tenant=scope.tenant,
        of_namespace=scope.namespace,
        outcome=outcome,
        now=to_microseconds(at),
    )
    if changed == 0:
        raise LeaseLost(f"job {lease.job} is not this run's to finish any more; nothing of it is stored")


def forget(executor: Executor, scope: Scope) -> None:
    """Delete the namespace's jobs, except erasures, which outlive it, and those that run."""
    executor.run(_FORGET, tenant=scope.tenant, namespace=scope.namespace)
