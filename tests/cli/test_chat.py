"""`memsvc chat`, without a model and against a stub of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.chat_endpoint import StubEndpoint, chat_endpoint

Run = Callable[..., Any]


@pytest.fixture
def endpoint(data_dir: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubEndpoint]:
    """Yield a stub that the settings name."""
    with chat_endpoint() as stub:
        monkeypatch.setenv("MEMSVC_LLM__KIND", "openai")
        monkeypatch.setenv("MEMSVC_LLM__URL", stub.url)
        monkeypatch.setenv("MEMSVC_LLM__MODEL", "small")
        monkeypatch.setenv("MEMSVC_LLM__ATTEMPTS", "1")
        yield stub


def _streamed(stub: StubEndpoint, *pieces: str) -> None:
    events = [
        {"model": "small-1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        for text in pieces
    ]
    end = {"model": "small-1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    stub.streams(*events, end, "[DONE]")


def test_what_was_said_is_found_in_the_next_talk(run: Run) -> None:
    first = run("chat", stdin="We adopted a beagle and named her Pixel.\n")
    assert (first.code, "1 notes and 1 thoughts kept" in first.err) == (0, True)
    second = run("chat", stdin="What is my dog called?\n")
    assert "user: We adopted a beagle and named her Pixel." in second.out
    assert "no language model is set" in second.err


def test_the_answer_is_streamed_and_remembered(run: Run, endpoint: StubEndpoint) -> None:
    _streamed(endpoint, "Nice to ", "meet Pixel!")
    done = run("chat", stdin="We adopted a beagle and named her Pixel.\n\n/quit\nnever said\n")
    assert (done.code, done.out) == (0, "Nice to meet Pixel!\n")
    assert len(endpoint.bodies) == 1
    recalled = run("recall", "Nice to meet Pixel", "--json").data
    assert recalled["hits"][0]["note"]["turns"][1]["content"] == "Nice to meet Pixel!"


def test_the_model_is_shown_the_memories(run: Run, endpoint: StubEndpoint) -> None:
    _streamed(endpoint, "Hello.")
    run("chat", stdin="We adopted a beagle and named her Pixel.\n")
    run("chat", stdin="What is my dog called?\n")
    assert "named her Pixel" in endpoint.bodies[-1]["messages"][0]["content"]


def test_a_model_that_is_down_is_said_and_nothing_is_lost(run: Run, endpoint: StubEndpoint) -> None:
    endpoint.gives(503, "")
    done = run("chat", stdin="I am allergic to walnuts.\n")
    assert (done.code, "no answer: " in done.err, "1 notes" in done.err) == (0, True, True)
    assert "walnuts" in run("recall", "walnuts").out


def test_json_gives_one_object_for_each_turn(run: Run, endpoint: StubEndpoint) -> None:
    _streamed(endpoint, "Noted.")
    done = run("chat", "--json", stdin="I moved to Oslo.\nI like it there.\n")
    turns = [json.loads(line) for line in done.out.splitlines()]
    assert [(turn["answer"], len(turn["notes"]), turn["failure"]) for turn in turns] == [("Noted.", 1, None)] * 2


def test_calls_are_counted_as_chat(run: Run, endpoint: StubEndpoint) -> None:
    _streamed(endpoint, "Noted.")
    run("chat", stdin="I moved to Oslo.\n")
    assert [entry["operation"] for entry in run("usage", "--json").data["items"]] == ["chat"]


def test_an_answer_cannot_steer_the_terminal(run: Run, endpoint: StubEndpoint) -> None:
    _streamed(endpoint, "red \x1b[31m alert")
    assert "\x1b" not in run("chat", stdin="hello there\n").out
