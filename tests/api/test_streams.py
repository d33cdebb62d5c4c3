"""NDJSON in and out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.api.ndjson import Line, LineSplitter

NS = "/v1/namespaces/ns"
NDJSON = {"Content-Type": "application/x-ndjson"}


def _session(name: str, *contents: str) -> bytes:
    turns = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(contents)]
    return json.dumps({"id": name, "turns": turns}).encode()


def _ingest(api, body):
    response = api.call("POST", f"{NS}/ingest", content=body, headers=NDJSON)
    assert response.status_code == 200
    return [json.loads(line) for line in response.text.splitlines()]


@given(text=st.binary(max_size=60), cuts=st.lists(st.integers(0, 60)))
def test_lines_do_not_depend_on_how_the_body_is_cut(text, cuts):
    splitter, lines, last = LineSplitter(100), [], 0
    for cut in [*sorted(cuts), len(text)]:
        lines += splitter.feed(text[last:cut])
        last = max(last, cut)
    lines += splitter.close()

    wanted = [Line(i, part) for i, part in enumerate(text.split(b"\n"), start=1) if part.strip()]
    assert lines == wanted


def test_a_line_over_the_limit_is_skipped_and_marked():
    splitter = LineSplitter(3)

    lines = splitter.feed(b"abcd") + splitter.feed(b"efgh\nok\n") + splitter.close()

    assert lines == [Line(1, None), Line(2, b"ok")]


def test_every_line_gets_its_outcome_in_order(api):
    body = b"\n".join(
        [_session("s1", "tea", "yes"), b"", b"{bad", _session("s2", "coffee"), _session("s1", "tea", "yes")]
    )

    outcomes = _ingest(api, body)

    assert [(o["line"], o["status"], o["session"]) for o in outcomes] == [
        (1, "created", "s1"),
        (3, "failed", None),
        (4, "created", "s2"),
        (5, "unchanged", "s1"),
    ]
    assert outcomes[1]["error"]["code"] == "invalid-input"


def test_a_line_that_is_too_long_fails_alone(make_api):
    api = make_api(max_body_bytes=1024)

    outcomes = _ingest(api, _session("long", "x" * 2000) + b"\n" + _session("short", "tea"))

    assert [(o["status"], (o["error"] or {}).get("code")) for o in outcomes] == [
        ("failed", "payload-too-large"),
        ("created", None),
    ]


def test_a_stream_may_be_larger_than_a_body(make_api):
    api = make_api(max_body_bytes=1024)

    outcomes = _ingest(api, b"\n".join(_session(f"s{i}", f"tea {i}") for i in range(100)))

    assert [o["status"] for o in outcomes] == ["created"] * 100


def test_streamed_and_batched_sessions_are_stored_alike(api):
    _ingest(api, _session("s1", "tea", "yes", "and coffee", "no"))
    body = {"sessions": [json.loads(_session("s1", "tea", "yes", "and coffee", "no"))]}
    api.call("POST", "/v1/namespaces/other/sessions", json=body)

    def contents(namespace):
        return [n["content"] for n in api.call("GET", f"/v1/namespaces/{namespace}/sessions/s1").json()["notes"]]

    assert contents("ns") == contents("other")


def test_an_ingest_of_another_content_type_is_415(api):
    assert api.call("POST", f"{NS}/ingest", content=b"{}", headers={"Content-Type": "text/csv"}).status_code == 415


def _export(api, namespace="ns"):
    response = api.call("GET", f"/v1/namespaces/{namespace}/export")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    return response.content


def _without_sequences(export: bytes) -> list[dict]:
    lines = [json.loads(line) for line in export.splitlines()]
    for line in lines:
        line.pop("namespace", None)
        for change in line.get("history", ()):
            change.pop("sequence")
    return lines


@pytest.fixture
def lively(api):
    """A namespace with all that can happen to notes."""
    first, second = api.remember("tea is green", "tea is black", metadata={"a": [1, {"b": None}]})
    api.remember("tea is white", supersedes=first)
    api.call("DELETE", f"{NS}/notes/{second}", params={"reason": "wrong"})
    _ingest(api, _session("s1", "I like é and 😀", "noted", "again"))
    return api


def test_an_export_comes_back_without_loss_in_another_store(lively, make_api):
    export, other = _export(lively), make_api()

    report = other.call("POST", f"{NS}/import", content=export, headers=NDJSON).json()

    assert report == {"sessions": 1, "notes": 5, "skipped": 0, "failed": 0, "left_out": 0, "problems": []}
    assert _without_sequences(_export(other)) == _without_sequences(export)


def test_an_import_can_be_repeated(lively):
    export = _export(lively)

    report = lively.call("POST", f"{NS}/import", content=export, headers=NDJSON).json()

    assert (report["notes"], report["skipped"]) == (0, 5)
    assert _export(lively) == export


def test_bad_lines_of_an_import_are_counted_and_named(lively, make_api):
    export = _export(lively).replace(b'"type":"session"', b'"type":"canary"')

    report = make_api().call("POST", f"{NS}/import", content=b"\n" + export, headers=NDJSON).json()

    assert report["problems"][0] == {
        "line": 3,
        "code": "invalid-input",
        "detail": "the line is not valid: /: has an unknown `type`",
    }


def test_an_export_of_nothing_is_404(api):
    assert api.call("GET", f"{NS}/export").status_code == 404
