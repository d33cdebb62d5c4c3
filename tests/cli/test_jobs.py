"""`memsvc jobs` and `memsvc worker --once`, on a data directory whose jobs a separate worker runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memsvc.domain.jobs import SAVE_INDEX, NewJob
from memsvc.domain.scope import Scope
from memsvc_stores.sql import open_storage

Run = Callable[..., Any]
EARLIER = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def job(run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Queue a job that saves an index, and return its id."""
    monkeypatch.setenv("MEMSVC_WORKER", "separate")
    run("stats")
    storage = open_storage(f"sqlite:///{data_dir / 'memsvc.db'}")
    with storage.writer(Scope.of("local", "default")) as writer:
        writer.enqueue(NewJob(SAVE_INDEX, SAVE_INDEX), at=EARLIER)
    storage.close()
    return str(run("jobs", "list", "--json").data["items"][0]["id"])


def test_no_jobs_are_said_to_be_none(run: Run) -> None:
    assert run("jobs", "list").out == "no jobs\n"


def test_a_job_is_listed_on_one_line(run: Run, job: str) -> None:
    assert run("jobs", "list").out == f"{job}  queued     index.save  default  2026-05-01 12:00\n"


@pytest.mark.parametrize("wanted", [("--status", "done"), ("--kind", "other"), ("-n", "other")])
def test_what_is_not_asked_for_is_not_listed(run: Run, job: str, wanted: tuple[str, str]) -> None:
    assert job not in run("jobs", "list", *wanted).out


def test_a_job_is_shown_in_full(run: Run, job: str) -> None:
    lines = run("jobs", "show", job).out.splitlines()
    assert {f"id: {job}", "kind: index.save", "status: queued", "attempts: 0"} <= set(lines)


def test_a_job_is_cancelled_and_retried(run: Run, job: str) -> None:
    statuses = [run("jobs", each, job, "--json").data["status"] for each in ("cancel", "retry")]
    assert statuses == ["cancelled", "queued"]


def test_what_cannot_be_done_fails_with_the_reason(run: Run, job: str) -> None:
    done = run("jobs", "retry", job)
    assert (done.code != 0, "only a failed or cancelled job can be retried" in done.err) == (True, True)


def test_worker_once_runs_what_is_due_and_ends(run: Run, job: str) -> None:
    assert run("worker", "--once", "--json").data == {"status": "ended", "jobs": 1}
    assert run("jobs", "show", job, "--json").data["status"] == "done"


def test_a_worker_of_other_kinds_leaves_the_job(run: Run, job: str) -> None:
    assert run("worker", "--once", "--kinds", "notes.key", "--json").data["jobs"] == 0
    assert run("jobs", "show", job, "--json").data["status"] == "queued"


def test_a_worker_of_an_unknown_kind_is_refused(run: Run, data_dir: Path) -> None:
    done = run("worker", "--once", "--kinds", "index.svae")
    assert (done.code, "'index.svae' is no kind of job" in done.err) == (2, True)
