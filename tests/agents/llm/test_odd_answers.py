"""Answers whose fields are of other kinds than the protocol says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatMessage, ChatModel, ChatRequest
from memsvc_agents.llm.anthropic import AnthropicChat
from memsvc_agents.llm.openai import OpenAIChat
from tests.support.chat_endpoint import StubEndpoint

ASK = ChatRequest((ChatMessage("user", "My canary is blue."),), max_tokens=9)
END = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
STOP = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}


@pytest.fixture
def openai(endpoint: StubEndpoint) -> Iterator[ChatModel]:
    with closing(OpenAIChat(endpoint.url, "small")) as model:
        yield model


@pytest.fixture
def anthropic(endpoint: StubEndpoint) -> Iterator[ChatModel]:
    with closing(AnthropicChat("small", api_key="k", base_url=endpoint.url)) as model:
        yield model


@pytest.mark.parametrize("count", [10**30, 2**31, True, -1, 1.5, "7", None])
def test_what_is_no_count_of_tokens_is_none(endpoint: StubEndpoint, openai: ChatModel, count: object) -> None:
    endpoint.says("blue", usage={"prompt_tokens": count, "completion_tokens": count})
    reply = openai.chat(ASK)
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


@pytest.mark.parametrize("name", [{"id": 1}, "", "two\nlines", "nul\0", "\ud800", "x" * 300])
def test_what_is_no_name_of_a_model_is_replaced(endpoint: StubEndpoint, openai: ChatModel, name: object) -> None:
    endpoint.says("blue", model=name)
    assert openai.chat(ASK).model == "small"


@pytest.mark.parametrize(
    "event",
    [
        {"choices": [{"delta": {"content": 5}}]},
        {"choices": [{"delta": {"content": ["blue"]}}]},
        {"choices": [], "usage": [1]},
        {"choices": 7},
    ],
)
def test_a_chunk_of_another_form_is_a_bad_reply(endpoint: StubEndpoint, openai: ChatModel, event: object) -> None:
    endpoint.streams(event, END, "[DONE]")
    with pytest.raises(LlmBadReply):
        openai.stream(ASK, lambda _: None)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "content_block_delta", "delta": {"text": 5}},
        {"type": "message_start", "message": {"usage": "many"}},
        {"type": "message_start", "message": 1},
    ],
)
def test_an_event_of_another_form_is_a_bad_reply(
    endpoint: StubEndpoint, anthropic: ChatModel, event: object
) -> None:
    endpoint.streams(event, STOP)
    with pytest.raises(LlmBadReply):
        anthropic.stream(ASK, lambda _: None)


def test_an_error_of_the_listener_stays_its_own(endpoint: StubEndpoint, openai: ChatModel) -> None:
    def fail(_piece: str) -> None:
        raise TypeError("the listener's own")

    endpoint.streams({"choices": [{"delta": {"content": "blue"}}]}, END, "[DONE]")
    with pytest.raises(TypeError, match="the listener's own"):
        openai.stream(ASK, fail)
