"""Which job is leased next: priorities within a tenant, turns among tenants."""

from __future__ import annotations

from collections import Counter

from memsvc.domain.jobs import Priority
from memsvc.domain.scope import Scope
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, at
from tests.support.jobs import OTHER, enqueue, job, lease, leased


def _names(storage: Storage, count: int) -> list[str]:
    """Run jobs one after the other, a second apart, and return their names."""
    names = []
    for second in range(count):
        found = leased(storage, at(100 + second))
        names.append(str(found.payload["name"]))
        assert storage.jobs.finish(found.lease, now=at(100 + second))
    return names


def test_a_higher_priority_goes_first_however_late_it_was_queued(storage: Storage) -> None:
    enqueue(
        storage,
        job("normal", run_after=at(1)),
        job("low", priority=Priority.LOW, run_after=at(0)),
        job("high", priority=Priority.HIGH, run_after=at(9)),
    )
    assert _names(storage, 3) == ["high", "normal", "low"]


def test_a_high_priority_that_is_not_due_holds_nothing_up(storage: Storage) -> None:
    enqueue(storage, job("later", priority=Priority.HIGH, run_after=at(500)), job("now"))
    assert _names(storage, 1) == ["now"]
    assert lease(storage, at(110)) is None


def test_within_a_priority_kinds_come_by_time(storage: Storage) -> None:
    enqueue(
        storage,
        job("second", kind="a", run_after=at(2)),
        job("first", kind="z", run_after=at(1)),
        job("third", kind="z", run_after=at(3)),
    )
    found = [leased(storage, at(50), kinds=("a", "z")).payload["name"] for _ in range(3)]
    assert found == ["first", "second", "third"]


def test_one_worker_serves_the_tenants_in_turn(storage: Storage) -> None:
    enqueue(storage, *(job(f"a{n}") for n in range(6)))
    enqueue(storage, job("b0"), job("b1"), scope=OTHER)
    assert _names(storage, 6) == ["a0", "b0", "a1", "b1", "a2", "a3"]


def test_a_priority_does_not_let_a_tenant_pass_another(storage: Storage) -> None:
    enqueue(storage, *(job(f"a{n}", priority=Priority.HIGH) for n in range(4)))
    enqueue(storage, job("b", priority=Priority.LOW), scope=OTHER)
    assert "b" in _names(storage, 2)


def test_the_tenant_with_fewer_running_jobs_is_served(storage: Storage) -> None:
    enqueue(storage, *(job(f"a{n}") for n in range(9)))
    first = leased(storage, at(100))
    enqueue(storage, *(job(f"b{n}") for n in range(9)), scope=OTHER)
    running = Counter(leased(storage, at(101 + n / 10)).tenant for n in range(5))
    running[first.tenant] += 1
    assert running == {SCOPE.tenant: 3, OTHER.tenant: 3}


def test_a_lease_that_ran_out_goes_before_every_other_job(storage: Storage) -> None:
    enqueue(storage, job("low", priority=Priority.LOW))
    leased(storage)
    enqueue(storage, job("high", priority=Priority.HIGH))
    enqueue(storage, job("theirs"), scope=OTHER)
    assert _names(storage, 1) == ["low"]


def test_a_tenant_that_has_only_kinds_of_others_is_passed_over(storage: Storage) -> None:
    enqueue(storage, job("other kind", kind="embed"), scope=Scope.of("a-first", "n"))
    enqueue(storage, job("mine"))
    assert _names(storage, 1) == ["mine"]


def test_thousands_of_jobs_of_one_tenant_do_not_starve_the_others(storage: Storage) -> None:
    enqueue(storage, *(job(f"flood{n}") for n in range(2000)))
    for tenant in ("t0", "t1", "t2"):
        enqueue(storage, job(tenant), scope=Scope.of(tenant, "n"), when=at(50))
    assert {"t0", "t1", "t2"} < set(_names(storage, 4))
