"""What an operator does: retry, list by pages, find."""

from __future__ import annotations

import pytest

from memsvc.domain.ids import JobId, NamespaceName
from memsvc.domain.jobs import Job, JobStatus
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, NotFound
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, at
from tests.support.jobs import OTHER, enqueue, job, leased, listed


def _failed(storage: Storage) -> Job:
    enqueue(storage, job("one"))
    storage.jobs.fail(leased(storage).lease, "broken", retry_at=None, now=at(1))
    return listed(storage)[0]


def test_a_failed_job_is_queued_again_with_all_its_attempts(storage: Storage) -> None:
    failed = _failed(storage)
    again = storage.jobs.retry(failed.id, SCOPE.tenant, now=at(5))
    assert (again.status, again.attempts, again.run_after, again.error, again.ended_at) == (
        JobStatus.QUEUED,
        0,
        at(5),
        None,
        None,
    )
    assert listed(storage) == [again]
    assert leased(storage, at(5)).attempts == 1


def test_a_cancelled_job_is_queued_again(storage: Storage) -> None:
    enqueue(storage, job("one"))
    found = listed(storage)[0]
    storage.jobs.cancel(found.id, SCOPE.tenant, now=at(1))
    assert storage.jobs.retry(found.id, SCOPE.tenant, now=at(2)).status is JobStatus.QUEUED


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.DONE])
def test_no_other_job_is_retried(storage: Storage, status: JobStatus) -> None:
    enqueue(storage, job("one"))
    if status is not JobStatus.QUEUED:
        held = leased(storage)
        if status is JobStatus.DONE:
            storage.jobs.finish(held.lease, now=at(1))
    before = listed(storage)
    with pytest.raises(Conflict, match=f"is {status}"):
        storage.jobs.retry(before[0].id, SCOPE.tenant, now=at(2))
    assert listed(storage) == before


def test_a_retry_does_not_double_work_that_waits(storage: Storage) -> None:
    failed = _failed(storage)
    enqueue(storage, job("one"))
    before = listed(storage)
    with pytest.raises(Conflict, match="waits already"):
        storage.jobs.retry(failed.id, SCOPE.tenant, now=at(2))
    assert listed(storage) == before


def test_another_tenants_job_is_missing(storage: Storage) -> None:
    failed = _failed(storage)
    for call in (storage.jobs.retry, storage.jobs.cancel):
        with pytest.raises(NotFound):
            call(failed.id, OTHER.tenant, now=at(2))
    assert storage.jobs.find(failed.id, OTHER.tenant) is None
    assert listed(storage) == [failed]


def test_a_job_is_found_by_its_id(storage: Storage) -> None:
    failed = _failed(storage)
    assert storage.jobs.find(failed.id, SCOPE.tenant) == failed
    assert storage.jobs.find(JobId("unknown"), SCOPE.tenant) is None


def test_jobs_are_listed_by_pages_newest_first(storage: Storage) -> None:
    enqueue(storage, *(job(f"{n}") for n in range(5)))
    first = storage.jobs.list(SCOPE.tenant, limit=2)
    rest = storage.jobs.list(SCOPE.tenant, limit=9, before_row=first[-1].row)
    assert [found.payload["name"] for found in first + rest] == ["4", "3", "2", "1", "0"]


def test_jobs_are_listed_by_kind_and_namespace(storage: Storage) -> None:
    other = Scope.of(SCOPE.tenant, "space-2")
    enqueue(storage, job("a", kind="x"), job("b", kind="y"))
    enqueue(storage, job("c", kind="x"), scope=other)
    by_kind = storage.jobs.list(SCOPE.tenant, limit=9, kind="x")
    by_both = storage.jobs.list(SCOPE.tenant, limit=9, kind="x", namespace=NamespaceName("space-2"))
    assert [found.payload["name"] for found in by_kind] == ["c", "a"]
    assert [found.payload["name"] for found in by_both] == ["c"]
