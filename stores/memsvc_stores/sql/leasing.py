"""Which job a worker gets next, whatever the number of queued ones.

The queued jobs are walked group by group (tenant, kind, priority), each step one seek in `ix_jobs_queued` to the
earliest due job of the next group, so the cost is that of the groups, not of the jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    func,
    literal_column,
    null,
    select,
    tuple_,
    update,
)

from memsvc.domain.jobs import JobStatus
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import JOB_COLUMNS
from memsvc_stores.sql.tables import jobs

__all__ = ["QUEUED", "RUNNING", "Group", "due_groups", "has_expired", "take_expired", "take_from"]

Group = Sequence[Any]

# Written out, not bound: only then do the planners see that the partial indexes apply.
QUEUED: ColumnElement[str] = literal_column(f"'{JobStatus.QUEUED}'")
RUNNING: ColumnElement[str] = literal_column(f"'{JobStatus.RUNNING}'")

_NOTHING: ColumnElement[str] = literal_column("''")
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_END_OF_TIME: ColumnElement[int] = literal_column(str(2**63 - 1))

# Groups to try in turn: other workers may hold the jobs of the first ones at this moment.
_TRIED = 16


def _first(queued: FromClause, groups: CTE | None = None) -> Select[tuple[int]]:
    """Select the first queued job, or the first one after the group."""
    place = (queued.c.tenant, queued.c.kind, queued.c.priority)
    first = select(queued.c.row).where(queued.c.status == QUEUED)
    if groups is not None:
        # As expressions, which have no type affinity: SQLite then compares by all columns of the index. Past the
        # end of time, because SQLite begins at what is equal, which would be every job of the group.
        group = (groups.c.tenant.concat(_NOTHING), groups.c.kind.concat(_NOTHING), groups.c.priority + _ZERO)
        first = first.where(tuple_(*place, queued.c.run_after) > tuple_(*group, _END_OF_TIME)).correlate(groups)
    return first.order_by(*place, queued.c.run_after, queued.c.row).limit(_ONE)


def _walk() -> CTE:
    """Return the first job of each group; the first in run_after, as the index goes on with that."""
    start, head, following = jobs.alias("start"), jobs.alias("head"), jobs.alias("following")

    def columns(of: FromClause) -> tuple[Any, ...]:
        return of.c.tenant, of.c.kind, of.c.priority, of.c.run_after, of.c.row

    walk = select(*columns(head)).where(head.c.row == _first(start).scalar_subquery()).cte("walk", recursive=True)
    after = jobs.alias("after")
    step = select(*columns(after)).join_from(walk, after, after.c.row == _first(following, walk).scalar_subquery())
    return walk.union_all(step)


_walked = _walk()
_running, _served = jobs.alias("running"), jobs.alias("served")
_RUNNING_JOBS = (
    select(func.count())
    .where(_running.c.status == RUNNING, _running.c.tenant == _walked.c.tenant)
    .scalar_subquery()
)
_LAST_SERVED = select(func.max(_served.c.started_at)).where(_served.c.tenant == _walked.c.tenant).scalar_subquery()
_DUE_GROUPS = (
    select(_walked.c.tenant, _walked.c.kind, _walked.c.priority)
    .where(among(_walked.c.kind, "kinds"), _walked.c.run_after <= bindparam("now"))
    .order_by(
        _RUNNING_JOBS,
        func.coalesce(_LAST_SERVED, _ZERO),
        _walked.c.tenant,
        _walked.c.priority.desc(),
        _walked.c.run_after,
        _walked.c.row,
    )
    .limit(bindparam("count"))
)
_EXPIRED = (
    select(jobs.c.row)
    .where(jobs.c.status == RUNNING, jobs.c.lease_until <= bindparam("now"), among(jobs.c.kind, "kinds"))
    .order_by(jobs.c.lease_until, jobs.c.row)
    .limit(_ONE)
)
_LOCK_EXPIRED = _EXPIRED.with_for_update(skip_locked=True)
_LOCK_FIRST = (
    select(jobs.c.row)
    .where(
        jobs.c.status == QUEUED,
        jobs.c.tenant == bindparam("of_tenant"),
        jobs.c.kind == bindparam("of_kind"),
        jobs.c.priority == bindparam("of_priority"),
        jobs.c.run_after <= bindparam("now"),
    )
    .order_by(jobs.c.run_after, jobs.c.row)
    .limit(_ONE)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(jobs)
    .where(jobs.c.row == bindparam("due"))
    .values(
        status=JobStatus.RUNNING.value,
        attempts=jobs.c.attempts + 1,
        leases=jobs.c.leases + 1,
        lease_until=bindparam("until"),
        started_at=bindparam("now"),
        worker=bindparam("by"),
        progress=null(),
    )
    .returning(*JOB_COLUMNS)
)


def has_expired(executor: Executor, kinds: Sequence[str], now: int) -> bool:
    """Return whether a lease of these kinds ran out."""
    return executor.one(_EXPIRED, kinds=executor.backend.many(kinds), now=now) is not None


def due_groups(executor: Executor, kinds: Sequence[str], now: int) -> Sequence[Group]:
    """Return groups that have due jobs, the one whose turn it is first."""
    return executor.all(_DUE_GROUPS, kinds=executor.backend.many(kinds), now=now, count=_TRIED)


def take_expired(executor: Executor, kinds: Sequence[str], **lease: Any) -> Group | None:
    """Lease the job whose lease ran out first and return its JOB_COLUMNS; see `take_from`."""
    found = executor.one(_LOCK_EXPIRED, kinds=executor.backend.many(kinds), now=lease["now"])
    return None if found is None else executor.one(_TAKE, due=found[0], **lease)


def take_from(executor: Executor, group: Group, **lease: Any) -> Group | None:
    """Lease the first due job of the group that nobody holds, and return its JOB_COLUMNS.

    `lease` is now and until (microseconds) and by (the worker's name).
    """
    tenant, kind, priority = group
    found = executor.one(_LOCK_FIRST, of_tenant=tenant, of_kind=kind, of_priority=priority, now=lease["now"])
    return None if found is None else executor.one(_TAKE, due=found[0], **lease)
