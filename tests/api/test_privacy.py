"""What was remembered or asked stays out of logs and metrics."""

from __future__ import annotations

import json
import logging

import structlog
from structlog.testing import capture_logs

from memsvc.api import configure_logging

CANARY = "canary-4711"


def _busy(api) -> None:
    (note,) = api.remember(f"{CANARY} tea", metadata={"k": CANARY})
    api.call("POST", "/v1/namespaces/ns/recall", json={"query": CANARY})
    api.call("DELETE", f"/v1/namespaces/ns/notes/{note}", params={"reason": CANARY})
    api.call("GET", "/v1/namespaces/ns/notes", params={"nothing": CANARY})
    api.call("POST", "/v1/namespaces/ns/notes", json={"items": [{"content": f"{CANARY} again", "kind": CANARY}]})
    api.call("GET", f"/{CANARY}")


def test_logs_hold_no_text(api):
    with capture_logs() as logs:
        _busy(api)

    assert CANARY not in repr(logs)


def test_metrics_hold_no_text_and_no_ids(api):
    _busy(api)
    notes = [
        n["id"] for n in api.call("GET", "/v1/namespaces/ns/notes", params={"status": "forgotten"}).json()["items"]
    ]

    text = api.call("GET", "/metrics").text

    assert [word for word in (CANARY, *notes) if word in text] == []


def test_a_request_is_one_log_line_of_known_fields(make_api):
    api = make_api(auth="keys")
    token = api.mint("acme")
    with capture_logs() as logs:
        api.call("GET", "/v1/namespaces/secret-name", key=token, headers={"X-Request-Id": "r1"})

    (line,) = logs
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": "/v1/namespaces/{namespace}",
        "status": 404,
        "request_id": "r1",
        "tenant": "acme",
        "key": token.split("_")[1],
    }


def test_configured_logs_are_json_lines_of_ours_and_of_libraries(capsys):
    configure_logging("info")
    structlog.get_logger("x").info("ours", a=1)
    structlog.get_logger("x").debug("hidden")
    logging.getLogger("library").warning("theirs")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert [(line["event"], line["level"]) for line in lines] == [("ours", "info"), ("theirs", "warning")]
