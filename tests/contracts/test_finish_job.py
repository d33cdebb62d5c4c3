"""Writer.finish_job: the end of a job and its effects, or neither."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memsvc.domain.jobs import Job, JobStatus
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.errors import LeaseLost, ServerFault
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, Interrupted, at, draft, put_vectors
from tests.support.jobs import OTHER, enqueue, job, leased, listed


def _write(
    storage: Storage, held: Job, *, scope: Scope = SCOPE, then: Callable[[], object] = lambda: None
) -> None:
    """Store a note as the effect of the job, and finish it; `then` happens before the commit."""
    note = draft(f"effect of lease {held.leases}")
    with storage.writer(scope) as writer:
        writer.open_namespace(MODEL, T0)
        put_vectors(writer, [note])
        writer.add([note], actor=ACTOR)
        writer.finish_job(held.lease, at=at(2), result={"made": 1})
        then()


def _effects(storage: Storage, scope: Scope = SCOPE) -> list[str]:
    with storage.reader(scope) as reader:
        return [note.content for note in reader.page(Selection(), after_row=0, limit=9)]


def _fail() -> None:
    raise Interrupted


def test_the_job_is_done_with_its_effects(storage: Storage) -> None:
    enqueue(storage, job("one"))
    _write(storage, leased(storage))
    (found,) = listed(storage)
    assert _effects(storage) == ["effect of lease 1"]
    assert (found.status, found.result, found.ended_at, found.lease_until) == (
        JobStatus.DONE,
        {"made": 1},
        at(2),
        None,
    )


def test_neither_happens_when_the_transaction_is_rolled_back(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with pytest.raises(Interrupted):
        _write(storage, held, then=_fail)
    assert (_effects(storage), listed(storage)) == ([], [held])


def test_a_lease_that_another_worker_took_rolls_the_effects_back(storage: Storage) -> None:
    enqueue(storage, job("one"))
    slow = leased(storage)
    quick = leased(storage, at(11))
    with pytest.raises(LeaseLost):
        _write(storage, slow)
    assert (_effects(storage), listed(storage)) == ([], [quick])


def test_of_two_workers_one_has_the_effects(storage: Storage) -> None:
    enqueue(storage, job("one"))
    slow = leased(storage)
    quick = leased(storage, at(11))
    _write(storage, quick)
    with pytest.raises(LeaseLost):
        _write(storage, slow)
    assert _effects(storage) == ["effect of lease 2"]


def test_a_lease_that_ran_out_and_was_not_taken_still_counts(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    assert not storage.jobs.renew(held.lease, seconds=10, now=at(11))
    _write(storage, held)
    assert _effects(storage) == ["effect of lease 1"]


def test_a_cancelled_job_rolls_the_effects_back(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    storage.jobs.cancel(held.id, SCOPE.tenant, now=at(1))
    with pytest.raises(LeaseLost):
        _write(storage, held)
    assert _effects(storage) == []


def test_a_job_is_finished_once(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    _write(storage, held)
    with pytest.raises(LeaseLost):
        _write(storage, held)
    assert len(_effects(storage)) == 1


def test_a_write_does_not_finish_a_job_twice(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with storage.writer(SCOPE) as writer:
        writer.finish_job(held.lease, at=at(1))
        with pytest.raises(LeaseLost):
            writer.finish_job(held.lease, at=at(1))
    assert [found.status for found in listed(storage)] == [JobStatus.DONE]


@pytest.mark.parametrize("scope", [OTHER, Scope.of(SCOPE.tenant, "space-2")], ids=["tenant", "namespace"])
def test_a_job_of_another_scope_is_not_finished(storage: Storage, scope: Scope) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with pytest.raises(LeaseLost):
        _write(storage, held, scope=scope)
    assert (_effects(storage, scope), listed(storage)) == ([], [held])


def test_a_result_that_could_hold_a_text_rolls_back(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with pytest.raises(ServerFault), storage.writer(SCOPE) as writer:
        writer.finish_job(held.lease, at=at(1), result={"said": "I like tea"})
    assert listed(storage) == [held]


def test_a_finished_job_may_queue_its_own_successor(storage: Storage) -> None:
    enqueue(storage, job("one"))
    held = leased(storage)
    with storage.writer(SCOPE) as writer:
        writer.finish_job(held.lease, at=at(1))
        writer.enqueue(job("one"), at=at(1))
    assert [found.status for found in listed(storage)] == [JobStatus.QUEUED, JobStatus.DONE]


def test_dropping_the_namespace_forgets_its_waiting_jobs(storage: Storage) -> None:
    enqueue(storage, job("one"), job("two"), job("three", kind="erase.finish"))
    held = leased(storage)
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=at(1), actor=ACTOR)
    assert {found.id for found in listed(storage)} >= {held.id}
    assert [found.kind for found in listed(storage)] == ["erase.finish", "sweep"]
