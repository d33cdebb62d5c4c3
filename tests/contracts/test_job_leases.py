"""A lease is a job and a number: what was lost changes nothing and says so."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from memsvc.domain.jobs import Job, JobStatus, Lease, Progress
from memsvc.errors import ServerFault
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, at
from tests.support.jobs import enqueue, job, lease, leased, listed

ENDS: dict[str, Callable[[Storage, Lease], bool]] = {
    "renew": lambda s, held: s.jobs.renew(held, seconds=10, now=at(12), progress=Progress(1)),
    "finish": lambda s, held: s.jobs.finish(held, now=at(12), result={"made": 1}),
    "fail": lambda s, held: s.jobs.fail(held, "broken", retry_at=None, now=at(12)),
    "fail and retry": lambda s, held: s.jobs.fail(held, "broken", retry_at=at(50), now=at(12)),
}


def _taken(storage: Storage) -> tuple[Job, Job]:
    """Return the job as its first worker had it, and as the second took it when the lease had run out."""
    enqueue(storage, job("one"))
    return leased(storage, worker="first"), leased(storage, at(11), worker="second")


def test_every_lease_of_a_job_has_a_number_of_its_own(storage: Storage) -> None:
    first, second = _taken(storage)
    assert (first.lease, second.lease) == (Lease(first.id, 1), Lease(first.id, 2))


def test_a_lease_names_the_worker_and_the_start(storage: Storage) -> None:
    _, second = _taken(storage)
    assert (second.worker, second.started_at, second.attempts) == ("second", at(11), 2)


@pytest.mark.parametrize("end", ENDS)
def test_who_lost_the_lease_changes_nothing_and_is_told(storage: Storage, end: str) -> None:
    first, second = _taken(storage)
    assert ENDS[end](storage, first.lease) is False
    assert listed(storage) == [second]


@pytest.mark.parametrize("end", ENDS)
def test_who_has_the_lease_is_told_so(storage: Storage, end: str) -> None:
    _, second = _taken(storage)
    assert ENDS[end](storage, second.lease) is True


@pytest.mark.parametrize("end", ENDS)
def test_a_cancelled_job_is_nobodys(storage: Storage, end: str) -> None:
    _, second = _taken(storage)
    cancelled = storage.jobs.cancel(second.id, SCOPE.tenant, now=at(12))
    assert ENDS[end](storage, second.lease) is False
    assert listed(storage) == [cancelled]


@pytest.mark.parametrize("end", ENDS)
def test_a_worker_from_before_a_retry_has_no_lease(storage: Storage, end: str) -> None:
    enqueue(storage, job("one"))
    old = leased(storage)
    storage.jobs.cancel(old.id, SCOPE.tenant, now=at(1))
    storage.jobs.retry(old.id, SCOPE.tenant, now=at(2))
    new = leased(storage, at(3))
    assert (old.attempts, new.attempts) == (1, 1)
    assert ENDS[end](storage, old.lease) is False
    assert listed(storage) == [new]


def test_progress_is_kept_while_the_job_runs(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    storage.jobs.renew(held.lease, seconds=10, now=at(1), progress=Progress(3, 9))
    storage.jobs.renew(held.lease, seconds=10, now=at(2))
    assert listed(storage)[0].progress == Progress(3, 9)
    storage.jobs.finish(held.lease, now=at(3))
    assert listed(storage)[0].progress is None


def test_the_next_attempt_begins_without_progress(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.renew(leased(storage).lease, seconds=10, now=at(1), progress=Progress(3))
    assert leased(storage, at(20)).progress is None


def test_a_result_is_kept_with_the_time_of_the_end(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.finish(
        leased(storage).lease, now=at(2), result={"made": 3, "share": 0.5, "model": "m-1", "x": None}
    )
    (found,) = listed(storage)
    assert (found.result, found.ended_at) == ({"made": 3, "share": 0.5, "model": "m-1", "x": None}, at(2))


@pytest.mark.parametrize("value", ["what the user said", "", {"a": 1}, [1], math.nan, 2**63])
def test_a_result_that_could_hold_a_text_is_refused(storage: Storage, value: object) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with pytest.raises(ServerFault, match="'seen'"):
        storage.jobs.finish(held.lease, now=at(1), result={"seen": value})  # type: ignore[dict-item]
    assert listed(storage) == [held]


def test_a_result_is_refused_whose_names_could_hold_a_text(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with pytest.raises(ServerFault, match="a member of"):
        storage.jobs.finish(held.lease, now=at(1), result={"what the user said": 1})


def test_what_waits_for_another_try_gives_way_to_a_newer_one_of_its_work(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    enqueue(storage, job("one"))
    assert storage.jobs.fail(held.lease, "model is away", retry_at=at(5), now=at(1))
    newer, older = listed(storage)
    assert (newer.status, older.status, older.ended_at) == (JobStatus.QUEUED, JobStatus.CANCELLED, at(1))


def test_a_failed_attempt_leaves_no_lease(storage: Storage) -> None:
    enqueue(storage, job("one"))
    storage.jobs.fail(leased(storage).lease, "model is away", retry_at=at(5), now=at(1))
    assert lease(storage, at(4)) is None
