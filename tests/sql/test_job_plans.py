"""How the databases look for the next job among many: by seeks in the indexes, whatever else is queued."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from memsvc.domain.jobs import NewJob
from memsvc.domain.scope import Scope
from memsvc_stores.sql import SqlStorage, leasing
from tests.support.drafts import MODEL, SCOPE, T0

KINDS = ("a", "b", "c")


def _fill(storage: SqlStorage, count: int) -> None:
    with storage.writer(SCOPE) as writer:
        writer.open_namespace(MODEL, T0)
        for n in range(count):
            writer.enqueue(NewJob(KINDS[n % 3], str(n), priority=n % 2), at=T0)


def _plan(storage: SqlStorage, statement: Any, **values: Any) -> str:
    with storage._read() as executor:
        compiled = executor._compile(statement)
        sqlite = executor.backend.is_sqlite
        values |= {"kinds": executor.backend.many(KINDS)}
        if not sqlite:
            executor.command("SET LOCAL enable_seqscan = off")
        rows = executor.query(
            ("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + compiled.sql, compiled.bind(values)
        )
    return "\n".join(row[-1] for row in rows)


def test_the_walk_seeks_the_next_group(storage: SqlStorage) -> None:
    _fill(storage, 300)
    plan = _plan(storage, leasing._DUE_GROUPS, now=1, count=9)
    sqlite = "following USING INDEX ix_jobs_queued ((tenant,kind,priority,run_after)>(?,?,?,?))" in plan
    postgres = "ix_jobs_queued on jobs following" in plan
    assert sqlite or (postgres and "ROW(tenant, kind, priority, run_after) > ROW(" in plan)


def test_the_jobs_of_a_group_are_not_read_to_find_the_next(sqlite: SqlStorage) -> None:
    _fill(sqlite, 3000)
    steps: list[None] = []
    with sqlite._read() as executor:
        executor._driver.set_progress_handler(lambda: steps.append(None), 100)
        groups = leasing.due_groups(executor, KINDS, 2**60)
        executor._driver.set_progress_handler(None, 0)
    assert len(groups) == 6
    assert len(steps) < 30


@pytest.mark.parametrize(
    ("table", "index"), [("running", "ix_jobs_running"), ("served", "ix_jobs_tenant_started_at")]
)
def test_the_turn_of_a_tenant_is_looked_up(storage: SqlStorage, table: str, index: str) -> None:
    _fill(storage, 300)
    plan = _plan(storage, leasing._DUE_GROUPS, now=1, count=9)
    uses = [line for line in plan.splitlines() if table in line and index in line]
    assert len(uses) == 1


def test_a_walk_takes_as_many_steps_as_there_are_groups(storage: SqlStorage) -> None:
    _fill(storage, 300)
    with storage._read() as executor:
        groups = leasing.due_groups(executor, KINDS, 2**60)
    assert sorted(tuple(group) for group in groups) == [
        (SCOPE.tenant, kind, priority) for kind in KINDS for priority in (0, 1)
    ]


def test_workers_at_the_same_time_never_get_the_same_job(storage: SqlStorage) -> None:
    for tenant in ("x", "y"):
        with storage.writer(Scope.of(tenant, "n")) as writer:
            for n in range(30):
                writer.enqueue(NewJob("a", str(n)), at=T0)
    taken: list[str] = []

    def work() -> None:
        while (job := storage.jobs.lease(kinds=KINDS, seconds=60, now=T0 + timedelta(seconds=1))) is not None:
            taken.append(job.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60
    assert Counter(taken).most_common(1)[0][1] == 1
