"""Background jobs over REST: what is shown, pages, cancel and retry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.domain.jobs import ERASE, NewJob
from memsvc.domain.scope import Scope

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LOCAL = Scope.of("local", "ns")


def queue(api, *names, kind="sweep", scope=LOCAL):
    with api.parts.storage.writer(scope) as writer:
        for name in names:
            writer.enqueue(NewJob(kind, f"{kind}:{name}", {"secret": "what was said"}), at=NOW)


def lease(api):
    return api.parts.storage.jobs.lease(kinds=["sweep", ERASE], seconds=60, now=NOW, worker="w-1")


def listed(api, **params):
    return api.call("GET", "/v1/jobs", params=params).json()["items"]


def test_a_job_shows_how_it_ended_and_not_its_payload(api):
    queue(api, "one")
    api.parts.storage.jobs.finish(lease(api).lease, now=NOW, result={"made": 3})

    (item,) = listed(api)

    assert {name: item[name] for name in ("status", "attempts", "worker", "result", "error")} == {
        "status": "done",
        "attempts": 1,
        "worker": "w-1",
        "result": {"made": 3},
        "error": None,
    }
    assert "what was said" not in str(item)


def test_jobs_come_by_pages_newest_first(api):
    queue(api, *"abcde")
    first = api.call("GET", "/v1/jobs", params={"limit": 2}).json()
    rest = api.call("GET", "/v1/jobs", params={"limit": 50, "cursor": first["next"]}).json()

    ids = [item["id"] for item in first["items"] + rest["items"]]

    assert (ids, rest["next"]) == ([item["id"] for item in listed(api)], None)


def test_a_cursor_is_for_its_own_question(api):
    queue(api, *"abc")
    cursor = api.call("GET", "/v1/jobs", params={"limit": 1}).json()["next"]

    response = api.call("GET", "/v1/jobs", params={"limit": 1, "cursor": cursor, "kind": "sweep"})

    assert (response.status_code, response.json()["code"]) == (400, "invalid-cursor")


def test_jobs_are_selected_by_status_kind_and_namespace(api):
    queue(api, "one")
    lease(api)
    queue(api, "two", kind="other")
    queue(api, "three", scope=Scope.of("local", "space-2"))

    found = [
        [item["kind"] for item in listed(api, **wanted)]
        for wanted in ({"status": "running"}, {"kind": "other"}, {"namespace": "space-2"}, {"kind": "none"})
    ]

    assert found == [["sweep"], ["other"], ["sweep"], []]


def test_a_job_is_read_by_its_id(api):
    queue(api, "one")
    (item,) = listed(api)

    assert api.call("GET", f"/v1/jobs/{item['id']}").json() == item


@pytest.mark.parametrize("running", [False, True])
def test_a_job_is_cancelled_once(api, running):
    queue(api, "one")
    if running:
        lease(api)
    path = f"/v1/jobs/{listed(api)[0]['id']}/cancel"

    answers = [api.call("POST", path) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[0].json()["status"] == "cancelled"


def test_an_erasure_is_not_called_off(api):
    queue(api, "one", kind=ERASE)
    (item,) = listed(api)

    response = api.call("POST", f"/v1/jobs/{item['id']}/cancel")

    assert (response.status_code, listed(api)[0]["status"]) == (409, "queued")


def test_a_failed_job_is_retried(api):
    queue(api, "one")
    api.parts.storage.jobs.fail(lease(api).lease, "broken", retry_at=None, now=NOW)
    (item,) = listed(api)

    again = api.call("POST", f"/v1/jobs/{item['id']}/retry").json()

    assert (item["status"], again["status"], again["attempts"], again["error"]) == ("failed", "queued", 0, None)


def test_a_queued_job_is_not_retried(api):
    queue(api, "one")

    response = api.call("POST", f"/v1/jobs/{listed(api)[0]['id']}/retry")

    assert (response.status_code, response.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/cancel"), ("POST", "/retry")])
def test_an_unknown_job_is_missing(api, method, tail):
    response = api.call(method, f"/v1/jobs/nobody{tail}")

    assert (response.status_code, response.json()["code"]) == (404, "not-found")
