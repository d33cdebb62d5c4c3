"""Liveness, readiness, metrics, version, jobs and namespaces."""

from __future__ import annotations

from datetime import UTC, datetime

from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.domain.jobs import NewJob
from memsvc.domain.scope import Scope
from memsvc.errors import EmbedderUnavailable, Unavailable
from memsvc.settings import GuardSettings

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_livez_asks_nothing(api, monkeypatch):
    monkeypatch.setattr(type(api.parts.storage), "check", _raise(Unavailable("down")))

    assert api.call("GET", "/livez").json() == {"status": "ok"}


def test_readyz_is_ready_when_all_is_well(api):
    response = api.call("GET", "/readyz")

    assert (response.status_code, response.json()) == (
        200,
        {"status": "ready", "checks": {"storage": "ok", "embedder": "ok", "guard": "ok"}},
    )


def test_readyz_says_what_is_not(api, monkeypatch):
    monkeypatch.setattr(type(api.parts.storage), "check", _raise(Unavailable("down")))
    monkeypatch.setattr(type(api.parts.embedder), "embed_query", _raise(EmbedderUnavailable("down")))

    response = api.call("GET", "/readyz")

    assert (response.status_code, response.json()["checks"]) == (
        503,
        {"storage": "unavailable", "embedder": "embedder-unavailable", "guard": "ok"},
    )


def test_readyz_names_a_guard_without_its_model_and_is_ready(make_api, tmp_path):
    api = make_api(guard=GuardSettings(model=tmp_path / "none.bin"))

    found = api.call("GET", "/readyz").json()

    assert (found["status"], found["checks"]["guard"]) == ("ready", "guard-model")


def _raise(error):
    def fail(*_, **__):
        raise error

    return fail


def test_metrics_count_by_route_template(api):
    api.remember("tea")

    text = api.call("GET", "/metrics").text

    line = 'memsvc_http_requests_total{method="POST",route="/v1/namespaces/{namespace}/notes",status="201"} 1.0'
    assert line in text.splitlines()


def test_two_apps_do_not_share_metrics(make_api):
    one, other = make_api(), make_api()
    one.remember("tea")

    assert "/notes" not in other.call("GET", "/metrics").text


def test_version_names_the_api(api):
    assert api.call("GET", "/version").json()["api"] == "v1"


def test_jobs_are_those_of_the_tenant(make_api):
    api = make_api(auth="keys")
    for tenant in ("acme", "globex"):
        with api.parts.storage.writer(Scope(TenantId(tenant), NamespaceName("ns"))) as writer:
            writer.enqueue(NewJob("sweep", "once", {"secret": tenant}), at=NOW)

    items = api.call("GET", "/v1/jobs", key=api.mint("acme")).json()["items"]

    assert [(item["kind"], item["status"], item["namespace"]) for item in items] == [("sweep", "queued", "ns")]
    assert "payload" not in items[0]


def test_stats_count_by_status(api):
    first, _ = api.remember("green tea", "black tea")
    api.call("DELETE", f"/v1/namespaces/ns/notes/{first}")

    stats = api.call("GET", "/v1/namespaces/ns").json()

    assert {status: count for status, count in stats["notes"].items() if count} == {"active": 1, "forgotten": 1}


def test_a_purged_namespace_is_gone_and_the_receipt_counts(api):
    api.remember("green tea", "black tea")

    receipt = api.call("DELETE", "/v1/namespaces/ns").json()

    assert (receipt["notes_erased"], receipt["compacted"], receipt["actor"]) == (2, True, "local")
    assert api.call("GET", "/v1/namespaces").json()["items"] == []


def test_an_answer_is_refused_when_too_many_wait(api, monkeypatch):
    monkeypatch.setattr("memsvc.api.endpoints._WAITING_PER_THREAD", -1)

    response = api.call("GET", "/v1/namespaces")

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
