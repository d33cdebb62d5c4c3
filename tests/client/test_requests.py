"""What exactly is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from memsvc import __version__
from memsvc.client._lines import LineSplitter
from memsvc.client.testing import Answer, Request, json_answer

EMPTY = json_answer({"hits": []})
NOTE = json_answer(
    {
        "id": "n1",
        "kind": "fact",
        "content": "tea",
        "event_time": "2024-05-01T12:00:00Z",
        "ingest_time": "2024-05-01T12:00:00Z",
        "origin": "direct_user",
        "trust": 1.0,
        "status": "active",
        "version": 3,
    }
)


def test_a_recall_sends_only_what_was_given(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([EMPTY], namespace="alice")
    scene.driver.recall("tea?", k=3)
    sent = scene.requests[0]
    assert (sent.method, sent.target, json.loads(sent.body)) == (
        "POST",
        "/v1/namespaces/alice/recall",
        {"query": "tea?", "k": 3},
    )


def test_headers_name_the_client_and_the_key(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([EMPTY], api_key="mk_id_secret", timeout=7.5)
    scene.driver.recall("tea?")
    sent = scene.requests[0]
    assert (sent.headers, sent.timeout) == (
        {
            "user-agent": f"memsvc/{__version__}",
            "content-type": "application/json",
            "authorization": "Bearer mk_id_secret",
        },
        7.5,
    )


def test_names_are_encoded_in_paths(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([NOTE], namespace="a/b ü")
    scene.driver.get("../x?y#z")
    assert scene.requests[0].target == "/v1/namespaces/a%2Fb%20%C3%BC/notes/..%2Fx%3Fy%23z"


@pytest.mark.parametrize(("version", "header"), [(None, "*"), (3, '"3"')])
def test_a_version_becomes_if_match(make_scene: Callable[..., Any], version: int | None, header: str) -> None:
    scene = make_scene([NOTE])
    scene.driver.forget("n1", version=version)
    assert scene.requests[0].headers["if-match"] == header


def test_an_empty_metadata_is_sent_as_such(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([NOTE])
    scene.driver.update_metadata("n1", {})
    assert scene.requests[0].body == b'{"metadata":{}}'


def test_ingest_cuts_by_size_and_numbers_on(make_scene: Callable[..., Any]) -> None:
    def answer(request: Request) -> Answer:
        lines = range(1, len(request.body.splitlines()) + 1)
        return Answer(200, {}, b"".join(b'{"line": %d, "status": "created"}\n' % n for n in lines))

    scene = make_scene(answer)
    long = {"turns": [{"role": "user", "content": "x" * 400_000}]}
    outcomes = scene.driver.ingest([long] * 7)
    assert [len(r.body.splitlines()) for r in scene.requests] == [3, 3, 1]
    assert [outcome.line for outcome in outcomes] == [1, 2, 3, 4, 5, 6, 7]


def test_ingested_sessions_without_an_id_get_one(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([Answer(200, {}, b'{"line": 1, "status": "created"}\n')])
    scene.driver.ingest([{"turns": [{"role": "user", "content": "hi"}]}])
    assert json.loads(scene.requests[0].body)["id"] == "key-1"


def test_a_view_changes_only_what_is_named(make_scene: Callable[..., Any]) -> None:
    scene = make_scene([EMPTY, EMPTY], namespace="alice", timeout=5)
    scene.driver.using(namespace="bob").recall("tea?")
    scene.driver.using(timeout=None).recall("tea?")
    assert [(r.target.split("/")[3], r.timeout) for r in scene.requests] == [("bob", 5), ("alice", None)]


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_lines_are_whole_however_the_chunks_are_cut(size: int) -> None:
    text = b'{"a": 1}\n\n{"b": 2}\n{"c": 3}'
    splitter = LineSplitter()
    lines = [line for at in range(0, len(text), size) for line in splitter.feed(text[at : at + size])]
    assert [*lines, *splitter.end()] == [b'{"a": 1}', b'{"b": 2}', b'{"c": 3}']
