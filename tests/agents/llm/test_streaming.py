"""Streams of OpenAI-compatible endpoints, whole and broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from memsvc.errors import LlmBadReply, LlmUnavailable
from memsvc.ports.llm import ChatMessage, ChatReply, ChatRequest
from memsvc_agents.llm.openai import OpenAIChat
from memsvc_agents.retrying import RetryPolicy
from tests.support.chat_endpoint import StubEndpoint

ASK = ChatRequest((ChatMessage("user", "My canary is blue."),), max_tokens=9)


def piece(text: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"model": "small-1", "choices": [{"delta": {"content": text}, "finish_reason": finish}], **more}


USAGE = {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 2}}


@pytest.fixture
def model(endpoint: StubEndpoint) -> Iterator[OpenAIChat]:
    retry = RetryPolicy(attempts=2)
    with closing(OpenAIChat(endpoint.url, "small", timeout_seconds=5, retry=retry, sleep=lambda _: None)) as made:
        yield made


def test_pieces_come_one_by_one_and_the_reply_is_whole(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    endpoint.streams(piece("bl"), piece("ue", "stop"), USAGE, "[DONE]")
    said: list[str] = []
    assert model.stream(ASK, said.append) == ChatReply("blue", "small-1", 12, 2, "stop")
    assert said == ["bl", "ue"]
    assert (endpoint.bodies[0]["stream"], endpoint.bodies[0]["stream_options"]) == (True, {"include_usage": True})


def test_an_endpoint_that_does_not_stream_answers_in_one_piece(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    endpoint.says("blue")
    said: list[str] = []
    assert model.stream(ASK, said.append).text == "blue"
    assert said == ["blue"]


def test_a_failure_before_the_first_piece_is_tried_again(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    endpoint.gives(503, "busy")
    endpoint.streams(piece("blue", "stop"), "[DONE]")
    assert model.stream(ASK, lambda _: None).text == "blue"


def test_a_stream_that_breaks_is_not_tried_again(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    endpoint.streams(piece("bl"), promised=5_000)
    said: list[str] = []
    with pytest.raises(LlmUnavailable, match="after it began to answer"):
        model.stream(ASK, said.append)
    assert (said, len(endpoint.bodies)) == (["bl"], 1)


@pytest.mark.parametrize("end", [(), ("[DONE]",)], ids=["silent", "done"])
def test_a_stream_without_its_end_is_unavailable(
    endpoint: StubEndpoint, model: OpenAIChat, end: tuple[str, ...]
) -> None:
    endpoint.streams(piece("bl"), *end)
    with pytest.raises(LlmUnavailable, match="in the middle of an answer"):
        model.stream(ASK, lambda _: None)


def test_an_error_inside_a_stream_is_told_without_its_text(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    endpoint.streams(piece("bl"), {"error": {"message": "canary"}})
    with pytest.raises(LlmUnavailable, match=r"^the model's endpoint broke off its answer with an error$"):
        model.stream(ASK, lambda _: None)


@pytest.mark.parametrize("garbage", ["{not json", "[1]", '{"choices": [7]}', '{"choices": 3}'])
def test_garbage_in_a_stream_is_a_bad_reply(endpoint: StubEndpoint, model: OpenAIChat, garbage: str) -> None:
    endpoint.streams(garbage)
    with pytest.raises(LlmBadReply):
        model.stream(ASK, lambda _: None)


def test_what_the_listener_raises_ends_the_call(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    endpoint.streams(piece("bl"), piece("ue", "stop"))

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.stream(ASK, stop)
