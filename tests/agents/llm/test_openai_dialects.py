"""Endpoints that refuse or ignore options of the protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from memsvc.errors import LlmRefused
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.llm.openai import OpenAIChat
from tests.support.chat_endpoint import StubEndpoint

SCHEMA = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
ASK = ChatRequest((ChatMessage("user", "My temperature is high."),), max_tokens=9, schema=SCHEMA, seed=3)


@pytest.fixture
def model(endpoint: StubEndpoint) -> Iterator[OpenAIChat]:
    made = OpenAIChat(endpoint.url, "small", sleep=lambda _: None)
    with closing(made):
        yield made


def refuse(endpoint: StubEndpoint, message: str, *, status: int = 400, **error: object) -> None:
    endpoint.gives(status, json.dumps({"error": {"message": message, **error}}))


def test_max_tokens_becomes_max_completion_tokens(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    refuse(endpoint, "Unsupported parameter", param="max_tokens", code="unsupported_parameter")
    endpoint.says("{}")
    model.chat(ASK)
    assert endpoint.bodies[1]["max_completion_tokens"] == 9
    assert "max_tokens" not in endpoint.bodies[1]


@pytest.mark.parametrize("option", ["temperature", "seed"])
def test_a_refused_option_is_left_out(endpoint: StubEndpoint, model: OpenAIChat, option: str) -> None:
    refuse(endpoint, f"'{option}' does not support 0 with this model", param=option)
    endpoint.says("{}")
    model.chat(ASK)
    assert option not in endpoint.bodies[1]


def test_a_schema_becomes_json_and_then_words(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    refuse(endpoint, "response_format type json_schema is not supported", status=422)
    refuse(endpoint, "'response_format.type' must be 'text'")
    endpoint.says("{}")
    model.chat(ASK)
    first, second, third = endpoint.bodies
    assert first["response_format"]["type"] == "json_schema"
    assert second["response_format"] == {"type": "json_object"}
    assert "response_format" not in third
    assert [
        json.dumps(SCHEMA, separators=(",", ":")) in b["messages"][-1]["content"] for b in endpoint.bodies
    ] == [
        False,
        True,
        True,
    ]


def test_what_was_learned_is_kept(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    refuse(endpoint, "no", param="temperature")
    endpoint.says("{}")
    model.chat(ASK)
    model.chat(ASK)
    assert ["temperature" in body for body in endpoint.bodies] == [True, False, False]


def test_several_refused_options_are_left_out_one_after_the_other(
    endpoint: StubEndpoint, model: OpenAIChat
) -> None:
    for option in ("max_tokens", "temperature", "response_format", "seed"):
        refuse(endpoint, "no", param=option)
    endpoint.says("{}")
    model.chat(ASK)
    assert set(endpoint.bodies[-1]) == {"model", "messages", "max_completion_tokens", "response_format"}


def test_an_endpoint_that_refuses_everything_is_asked_a_bounded_number_of_times(
    endpoint: StubEndpoint, model: OpenAIChat
) -> None:
    refuse(endpoint, "max_tokens temperature seed response_format stream_options")
    with pytest.raises(LlmRefused, match="answered 400"):
        model.chat(ASK)
    assert len(endpoint.bodies) == 3


def test_a_refusal_for_another_reason_changes_nothing(endpoint: StubEndpoint, model: OpenAIChat) -> None:
    refuse(endpoint, "your temperature is high", param="messages")
    with pytest.raises(LlmRefused):
        model.chat(ASK)
    assert len(endpoint.bodies) == 1


def test_a_stream_without_usage_is_asked_for_where_it_is_refused(
    endpoint: StubEndpoint, model: OpenAIChat
) -> None:
    refuse(endpoint, "Unknown field stream_options")
    endpoint.streams({"choices": [{"delta": {"content": "{}"}, "finish_reason": "stop"}]}, "[DONE]")
    assert model.stream(ASK, lambda _: None).prompt_tokens is None
    assert "stream_options" not in endpoint.bodies[1]
