"""JobQueue, and Writer.enqueue that fills it."""

from __future__ import annotations

import pytest

from memsvc.domain.ids import JobId, TenantId
from memsvc.domain.jobs import Job, JobStatus, Lease, NewJob
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, NotFound
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, T0, at
from tests.support.jobs import OTHER, enqueue, job, lease, leased, listed


def test_a_queued_job_has_every_field(storage: Storage) -> None:
    new = NewJob("embed", "one", {"note": "n", "list": [1, None]}, run_after=at(5), priority=3, max_attempts=2)
    enqueue(storage, new, when=at(1))
    (found,) = listed(storage)
    assert found == Job(
        row=found.row,
        id=found.id,
        tenant=SCOPE.tenant,
        namespace=SCOPE.namespace,
        kind="embed",
        status=JobStatus.QUEUED,
        attempts=0,
        leases=0,
        priority=3,
        max_attempts=2,
        run_after=at(5),
        created_at=at(1),
        payload={"note": "n", "list": [1, None]},
    )


def test_a_job_without_a_time_is_due_at_once(storage: Storage) -> None:
    enqueue(storage, job("one"), when=at(1))
    assert listed(storage)[0].run_after == at(1)
    assert lease(storage, at(0.5)) is None
    assert lease(storage, at(1)) is not None


def test_a_lease_counts_an_attempt(storage: Storage) -> None:
    enqueue(storage, job("one"))
    found = leased(storage)
    assert (found.status, found.attempts, found.lease_until) == (JobStatus.RUNNING, 1, at(10))
    assert listed(storage) == [found]


def test_a_leased_job_is_not_leased_again(storage: Storage) -> None:
    enqueue(storage, job("one"))
    leased(storage)
    assert lease(storage, at(9)) is None


def test_the_earliest_due_job_comes_first(storage: Storage) -> None:
    enqueue(storage, job("late", run_after=at(3)), job("early", run_after=at(1)), job("mid", run_after=at(2)))
    assert [leased(storage, at(9)).run_after for _ in range(3)] == [at(1), at(2), at(3)]


def test_jobs_of_one_moment_come_in_the_order_of_queueing(storage: Storage) -> None:
    for name in ("b", "a", "c"):
        enqueue(storage, NewJob("sweep", name, {"name": name}))
    assert [leased(storage).payload["name"] for _ in range(3)] == ["b", "a", "c"]


def test_only_the_asked_kinds_are_leased(storage: Storage) -> None:
    enqueue(storage, job("one", kind="embed"))
    assert lease(storage, kinds=("sweep",)) is None
    assert lease(storage, kinds=()) is None
    assert lease(storage, kinds=("sweep", "embed")) is not None


def test_a_lease_that_ran_out_is_taken_again(storage: Storage) -> None:
    enqueue(storage, job("one"))
    first = leased(storage)
    again = leased(storage, at(11))
    assert (again.id, again.attempts, again.lease_until) == (first.id, 2, at(21))


def test_leasing_crosses_tenants(storage: Storage) -> None:
    enqueue(storage, job("one"))
    enqueue(storage, job("one"), scope=OTHER)
    assert {leased(storage).tenant, leased(storage).tenant} == {SCOPE.tenant, OTHER.tenant}


def test_a_waiting_job_keeps_out_a_second(storage: Storage) -> None:
    enqueue(storage, job("one"), job("one"))
    enqueue(storage, job("one", run_after=at(50)))
    assert [j.run_after for j in listed(storage)] == [T0]


def test_a_running_job_lets_the_next_wait(storage: Storage) -> None:
    enqueue(storage, job("one"))
    leased(storage)
    enqueue(storage, job("one"))
    assert sorted(j.status for j in listed(storage)) == [JobStatus.QUEUED, JobStatus.RUNNING]


def test_other_namespaces_queue_the_same_dedupe(storage: Storage) -> None:
    enqueue(storage, job("one"))
    enqueue(storage, job("one"), scope=Scope.of(SCOPE.tenant, "space-2"))
    assert len(listed(storage)) == 2


def test_renewing_prolongs_the_lease(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    assert storage.jobs.renew(held.lease, seconds=10, now=at(8))
    assert lease(storage, at(17)) is None
    assert lease(storage, at(18.5)) is not None


def test_a_lease_that_ran_out_is_not_renewed(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    assert not storage.jobs.renew(held.lease, seconds=10, now=at(11))


def test_a_cancelled_job_is_not_renewed(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    storage.jobs.cancel(held.id, SCOPE.tenant, now=at(1))
    assert not storage.jobs.renew(held.lease, seconds=10, now=at(1))


def test_an_unknown_job_is_not_renewed(storage: Storage) -> None:
    assert not storage.jobs.renew(Lease(JobId("unknown"), 1), seconds=10, now=T0)


def test_a_finished_job_is_done(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.finish(leased(storage).lease, now=at(2))
    (found,) = listed(storage)
    assert (found.status, found.lease_until) == (JobStatus.DONE, None)
    assert lease(storage, at(99)) is None


def test_a_failure_with_a_time_queues_again(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.fail(leased(storage).lease, "model is away", retry_at=at(30), now=at(2))
    (found,) = listed(storage)
    assert (found.status, found.run_after, found.error, found.lease_until) == (
        JobStatus.QUEUED,
        at(30),
        "model is away",
        None,
    )
    assert lease(storage, at(29)) is None
    assert leased(storage, at(30)).attempts == 2


def test_a_failure_without_a_time_is_final(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.fail(leased(storage).lease, "broken", retry_at=None, now=at(2))
    (found,) = listed(storage)
    assert (found.status, found.error, found.lease_until) == (JobStatus.FAILED, "broken", None)
    assert lease(storage, at(99)) is None


@pytest.mark.parametrize("running", [False, True], ids=["waiting", "running"])
def test_a_job_can_be_cancelled(storage: Storage, running: bool) -> None:
    enqueue(storage, job("one"))
    if running:
        leased(storage)
    (found,) = listed(storage)
    assert storage.jobs.cancel(found.id, SCOPE.tenant, now=at(1)).status is JobStatus.CANCELLED
    assert [j.status for j in listed(storage)] == [JobStatus.CANCELLED]
    assert lease(storage, at(99)) is None


def test_a_cancelled_job_stays_so_when_its_worker_ends(storage: Storage) -> None:
    enqueue(storage, job("one"), job("two"))
    for end in (storage.jobs.finish, lambda j, now: storage.jobs.fail(j, "e", retry_at=at(5), now=now)):
        held = leased(storage)
        storage.jobs.cancel(held.id, SCOPE.tenant, now=at(1))
        end(held.lease, now=at(1))
    assert [j.status for j in listed(storage)] == [JobStatus.CANCELLED] * 2


def test_an_ended_job_cannot_be_cancelled(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    storage.jobs.finish(held.lease, now=at(1))
    with pytest.raises(Conflict, match="is done"):
        storage.jobs.cancel(held.id, SCOPE.tenant, now=at(2))
    with pytest.raises(NotFound):
        storage.jobs.cancel(JobId("unknown"), SCOPE.tenant, now=at(2))


def test_another_tenants_job_cannot_be_cancelled(storage: Storage) -> None:
    enqueue(storage, job("one"))
    (found,) = listed(storage)
    with pytest.raises(NotFound):
        storage.jobs.cancel(found.id, OTHER.tenant, now=at(1))
    assert [j.status for j in listed(storage)] == [JobStatus.QUEUED]


def test_a_cancelled_job_lets_the_next_wait(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.cancel(listed(storage)[0].id, SCOPE.tenant, now=at(1))
    enqueue(storage, job("one"))
    assert [j.status for j in listed(storage, JobStatus.QUEUED)] == [JobStatus.QUEUED]


def test_list_is_of_one_tenant_and_status(storage: Storage) -> None:
    enqueue(storage, job("one"), job("two"), job("three"))
    enqueue(storage, job("theirs"), scope=OTHER)
    leased(storage)
    assert len(listed(storage)) == 3
    assert [j.status for j in listed(storage, JobStatus.RUNNING)] == [JobStatus.RUNNING]
    assert len(storage.jobs.list(SCOPE.tenant, status=None, limit=2)) == 2
    assert storage.jobs.list(TenantId("nobody"), status=None, limit=9) == []


def test_prune_deletes_what_ended_before(storage: Storage) -> None:
    enqueue(storage, *(job(name) for name in ("early", "late", "running", "waiting")))
    storage.jobs.finish(leased(storage).lease, now=at(1))
    storage.jobs.finish(leased(storage).lease, now=at(5))
    leased(storage)
    assert storage.jobs.prune(before=at(5)) == 1
    assert sorted(j.status for j in listed(storage)) == [JobStatus.DONE, JobStatus.QUEUED, JobStatus.RUNNING]


def test_prune_deletes_cancelled_jobs(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.cancel(listed(storage)[0].id, SCOPE.tenant, now=at(1))
    assert storage.jobs.prune(before=at(2)) == 1
    assert listed(storage) == []


def test_prune_keeps_failed_jobs(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.fail(leased(storage).lease, "broken", retry_at=None, now=at(1))
    assert storage.jobs.prune(before=at(99)) == 0
