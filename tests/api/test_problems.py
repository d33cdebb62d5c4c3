"""The one shape of every error."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from memsvc.errors import StorageBusy, StorageFull, StorageReadOnly

NOTES = "/v1/namespaces/ns/notes"
JSON = {"Content-Type": "application/json"}


def _problem(response):
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def test_an_unknown_route_is_a_problem(api):
    assert _problem(api.call("GET", "/v1/nothing"))["code"] == "not-found"


def test_a_wrong_method_keeps_the_allow_header(api):
    response = api.call("PUT", "/v1/jobs")

    assert (_problem(response)["code"], response.headers["allow"]) == ("method-not-allowed", "GET")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/xml"]
)
def test_another_content_type_is_415(api, content_type):
    response = api.call("POST", NOTES, content=b'{"items": []}', headers={"Content-Type": content_type})

    assert (response.status_code, _problem(response)["code"]) == (415, "unsupported-media-type")


def test_a_compressed_body_is_415(api):
    response = api.call("POST", NOTES, content=b"x", headers={**JSON, "Content-Encoding": "gzip"})

    assert response.status_code == 415


def test_a_field_error_is_named_by_its_pointer(api):
    body = {"items": [{"content": "good"}, {"content": "tea", "kind": "opinion", "colour": "green"}]}

    problem = _problem(api.call("POST", NOTES, json=body))

    assert [error["pointer"] for error in problem["errors"]] == ["/items/1/kind", "/items/1/colour"]


def test_a_validation_problem_does_not_repeat_the_input(api):
    body = {
        "items": [{"content": "tea", "kind": "canary-4711", "metadata": "canary-4711", "origin": "canary-4711"}]
    }

    assert "canary-4711" not in api.call("POST", NOTES, json=body).text


def test_an_unknown_query_parameter_is_refused(api):
    problem = _problem(api.call("GET", f"{NOTES}?limits=3"))

    assert problem["errors"][0]["pointer"] == "/query/limits"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e3", ""])
def test_a_limit_out_of_range_is_refused(api, limit):
    assert api.call("GET", f"{NOTES}?limit={limit}").status_code == 422


def test_a_clients_request_id_is_kept(api):
    assert api.call("GET", "/livez", headers={"X-Request-Id": "abc-1.Z_"}).headers["x-request-id"] == "abc-1.Z_"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "a\tb", 'a"b', "é"])
def test_a_malformed_request_id_is_replaced(api, sent):
    response = api.call("GET", "/livez", headers={"X-Request-Id": sent.encode("latin-1")})

    assert len(response.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (StorageBusy("held", retry_after=2.5), 503, "3"),
        (StorageFull("full"), 507, None),
        (StorageReadOnly("ro"), 503, None),
    ],
)
def test_a_storage_error_has_its_status(api, monkeypatch, error, status, retry):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(type(api.parts.service), "remember", fail)

    response = api.call("POST", NOTES, json={"items": [{"content": "tea"}]})

    assert (response.status_code, response.headers.get("retry-after")) == (status, retry)
    assert _problem(response)["code"] == error.code


def test_a_defect_is_a_bare_500_and_its_words_stay_out_of_answer_and_log(api, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("canary-4711")

    monkeypatch.setattr(type(api.parts.service), "recall", fail)
    with capture_logs() as logs:
        response = api.call("POST", "/v1/namespaces/ns/recall", json={"query": "tea"})

    assert (response.status_code, _problem(response)["code"]) == (500, "internal")
    assert "canary-4711" not in response.text + repr(logs)
    fault = next(entry for entry in logs if entry["event"] == "fault")
    assert (fault["error"], fault["request_id"]) == ("RuntimeError", response.headers["x-request-id"])


def test_a_defect_while_answering_breaks_the_connection_off(api, monkeypatch):
    api.remember("tea")

    def fail(*_, **__):
        raise RuntimeError("canary-4711")
        yield

    monkeypatch.setattr("memsvc.api.ndjson._BATCH_LINES", 1)
    monkeypatch.setattr(type(api.parts.service), "export_notes", fail)

    with pytest.raises(Exception, match="the answer broke off"):
        api.call("GET", "/v1/namespaces/ns/export")
