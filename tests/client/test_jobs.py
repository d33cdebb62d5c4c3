"""Methods for jobs, over prepared answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from memsvc.client.testing import Answer
from memsvc.errors import Conflict, NoAnswer


def _job(status: str = "queued", number: int = 1) -> dict[str, Any]:
    return {
        "id": f"job-{number}",
        "namespace": "default",
        "kind": "index.save",
        "status": status,
        "attempts": 0,
        "run_after": "2026-05-01T12:00:00Z",
        "created_at": "2026-05-01T12:00:00Z",
    }


def _answer(body: object, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())


def test_jobs_are_fetched_page_by_page(make_scene: Callable[..., Any]) -> None:
    pages = [{"items": [_job(number=1)], "next": "c1"}, {"items": [_job(number=2)], "next": None}]
    scene = make_scene([_answer(page) for page in pages])
    found = scene.driver.jobs(kind="index.save", page_size=1)
    assert [job.id for job in found] == ["job-1", "job-2"]
    assert [request.target for request in scene.requests] == [
        "/v1/jobs?kind=index.save&limit=1",
        "/v1/jobs?kind=index.save&limit=1&cursor=c1",
    ]


@pytest.mark.parametrize("method", ["cancel_job", "retry_job"])
def test_a_job_is_cancelled_and_retried_at_its_own_path(make_scene: Callable[..., Any], method: str) -> None:
    scene = make_scene([_answer(_job())])
    assert getattr(scene.driver, method)("job/1").id == "job-1"
    verb = method.removesuffix("_job")
    assert (scene.requests[0].method, scene.requests[0].target) == ("POST", f"/v1/jobs/job%2F1/{verb}")


def test_what_the_state_does_not_allow_is_a_conflict(make_scene: Callable[..., Any]) -> None:
    problem = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "is done", "code": "conflict"}
    scene = make_scene([_answer(problem, 409)])
    with pytest.raises(Conflict, match="is done"):
        scene.driver.cancel_job("job-1")


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_waiting_ends_with_the_job_whichever_way_it_ends(make_scene: Callable[..., Any], end: str) -> None:
    scene = make_scene([_answer(_job(status)) for status in ("queued", "running", "running", end)])
    assert scene.driver.wait_for_job("job-1").status == end
    assert scene.slept == [0.05, 0.1, 0.2]


def test_waiting_gives_up_after_its_time(make_scene: Callable[..., Any]) -> None:
    scene = make_scene(lambda _: _answer(_job("running")))
    with pytest.raises(NoAnswer, match="job job-1 is still running after 9 s; it goes on"):
        scene.driver.wait_for_job("job-1", seconds=9)
    assert (sum(scene.slept), max(scene.slept)) == (9, 2)
