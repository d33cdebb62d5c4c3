"""How long a job waits, and how often it is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from memsvc.domain.ids import JobId
from memsvc.domain.jobs import Job, JobStatus
from memsvc.domain.scope import Scope
from memsvc.jobs.policy import JobPolicy

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SCOPE = Scope.of("t", "n")
JOB = Job(
    row=1,
    id=JobId("j"),
    tenant=SCOPE.tenant,
    namespace=SCOPE.namespace,
    kind="work",
    status=JobStatus.RUNNING,
    attempts=1,
    leases=1,
    priority=0,
    run_after=NOW,
    created_at=NOW,
)


def wait(policy: JobPolicy, attempts: int, **options: float) -> float | None:
    """Return the seconds until the next attempt."""
    at = policy.next_time(replace(JOB, attempts=attempts), NOW, **options)
    return None if at is None else (at - NOW) / timedelta(seconds=1)


def test_waits_double_up_to_the_longest() -> None:
    policy = JobPolicy(attempts=5000, first_wait=2, longest_wait=60)
    assert [wait(policy, n) for n in (1, 2, 3, 6, 4000)] == [2, 4, 8, 60, 60]


def test_chance_shortens_a_wait_by_up_to_the_spread() -> None:
    policy = JobPolicy(first_wait=8, spread=0.25)
    assert [wait(policy, 1, chance=chance) for chance in (0.0, 0.5, 1.0)] == [8, 7, 6]


def test_what_asks_for_time_is_not_asked_earlier() -> None:
    policy = JobPolicy(first_wait=8, longest_wait=60, spread=0.25)
    assert [wait(policy, 1, retry_after=100, chance=chance) for chance in (0.0, 1.0)] == [100, 125]


@pytest.mark.parametrize("asked", [1e20, float("inf"), 10 * 86_400.0])
def test_nothing_puts_a_job_off_for_more_than_a_day(asked: float) -> None:
    assert wait(JobPolicy(), 1, retry_after=asked) == 86_400


def test_a_wait_that_is_longer_anyway_stays() -> None:
    assert wait(JobPolicy(first_wait=8), 1, retry_after=3) == 8


@pytest.mark.parametrize(("max_attempts", "last"), [(None, 3), (1, 1), (9, 9)])
def test_the_jobs_own_cap_goes_before_the_kinds(max_attempts: int | None, last: int) -> None:
    policy = JobPolicy(attempts=3)
    job = replace(JOB, max_attempts=max_attempts)
    tried_again = [policy.next_time(replace(job, attempts=n), NOW) is not None for n in range(1, 11)]
    assert tried_again == [n < last for n in range(1, 11)]
