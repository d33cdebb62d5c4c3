"""The Messages API against a stub of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable
from memsvc.ports.llm import ChatMessage, ChatReply, ChatRequest
from memsvc_agents.llm.anthropic import AnthropicChat
from memsvc_agents.retrying import RetryPolicy
from tests.support.chat_endpoint import StubEndpoint

KEY = "sk-ant-secret"
SCHEMA = {
    "type": "object",
    "properties": {"colours": {"type": "array", "items": {"type": "string"}, "maxItems": 3}},
    "required": ["colours"],
    "additionalProperties": False,
}
LOOSE = {**SCHEMA, "properties": {"colours": {"type": "array", "items": {"type": "string"}}}}
MESSAGES = (ChatMessage("system", "Be short."), ChatMessage("user", "My canary is blue."))
ASK = ChatRequest(MESSAGES, max_tokens=9)
ASK_JSON = ChatRequest(MESSAGES, max_tokens=9, schema=SCHEMA)
TEXT = [{"type": "text", "text": '{"colours": ["blue"]}'}]
TOOL = [{"type": "tool_use", "id": "t", "name": "reply", "input": {"colours": ["blue"]}}]


def answer(endpoint: StubEndpoint, content: list[Any], *, stop: str = "end_turn") -> None:
    usage = {"input_tokens": 5, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 0, "output_tokens": 3}
    message = {"type": "message", "model": "model-1", "content": content, "stop_reason": stop, "usage": usage}
    endpoint.gives(200, json.dumps(message))


def refuse(endpoint: StubEndpoint, message: str) -> None:
    error = {"type": "invalid_request_error", "message": message}
    endpoint.gives(400, json.dumps({"type": "error", "error": error}))


@pytest.fixture
def model(endpoint: StubEndpoint) -> Iterator[AnthropicChat]:
    made = AnthropicChat(
        "model",
        api_key=KEY,
        base_url=endpoint.url,
        timeout_seconds=5,
        retry=RetryPolicy(attempts=2),
        sleep=lambda _: None,
    )
    with closing(made):
        yield made


def test_a_request_has_the_form_of_the_api(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    answer(endpoint, TEXT)
    model.chat(ASK)
    assert endpoint.paths == ["/v1/messages"]
    assert endpoint.headers[0]["x-api-key"] == KEY
    assert endpoint.headers[0]["anthropic-version"] == "2023-06-01"
    assert endpoint.bodies == [
        {
            "model": "model",
            "max_tokens": 9,
            "system": "Be short.",
            "messages": [{"role": "user", "content": "My canary is blue."}],
            "temperature": 0.0,
        }
    ]


def test_a_schema_is_sent_as_output_format_without_bounds(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    answer(endpoint, TEXT)
    model.chat(ASK_JSON)
    assert endpoint.bodies[0]["output_config"] == {"format": {"type": "json_schema", "schema": LOOSE}}


def test_a_model_without_output_format_is_forced_to_use_a_tool(
    endpoint: StubEndpoint, model: AnthropicChat
) -> None:
    refuse(endpoint, "output_config: Extra inputs are not permitted")
    answer(endpoint, TOOL, stop="tool_use")
    reply = model.chat(ASK_JSON)
    assert (json.loads(reply.text), reply.finish_reason) == ({"colours": ["blue"]}, "stop")
    assert endpoint.bodies[1]["tool_choice"] == {"type": "tool", "name": "reply"}
    assert endpoint.bodies[1]["tools"][0]["input_schema"] == LOOSE


def test_a_model_without_tools_is_told_the_schema(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    refuse(endpoint, "output_config is not supported")
    refuse(endpoint, "tool_choice is not supported")
    answer(endpoint, TEXT)
    model.chat(ASK_JSON)
    assert "tools" not in endpoint.bodies[2]
    assert "JSON schema" in endpoint.bodies[2]["messages"][-1]["content"]


def test_a_refused_temperature_is_left_out(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    refuse(endpoint, "`temperature` is deprecated for this model")
    answer(endpoint, TEXT)
    model.chat(ASK)
    assert "temperature" not in endpoint.bodies[1]


def test_cached_prompt_tokens_count(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    answer(endpoint, [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "blue"}])
    assert model.chat(ASK) == ChatReply("blue", "model-1", 12, 3, "stop")


@pytest.mark.parametrize(("stop", "finish"), [("max_tokens", "length"), ("refusal", "filter"), ("pause", "other")])
def test_reasons_to_stop(endpoint: StubEndpoint, model: AnthropicChat, stop: str, finish: str) -> None:
    answer(endpoint, TEXT, stop=stop)
    assert model.chat(ASK).finish_reason == finish


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '{"content": null}',
        '{"content": [{"type": "text"}]}',
        '{"content": [{"type": "text", "text": 1}]}',
        "x",
    ],
)
def test_a_bad_answer_is_refused(endpoint: StubEndpoint, model: AnthropicChat, body: str) -> None:
    endpoint.gives(200, body)
    with pytest.raises(LlmBadReply):
        model.chat(ASK)


def test_a_refusal_of_the_model_is_told(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    answer(endpoint, [], stop="refusal")
    with pytest.raises(LlmBadReply, match="declined"):
        model.chat(ASK)


def test_an_overloaded_service_is_tried_again(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    endpoint.gives(529, '{"type": "error", "error": {"type": "overloaded_error"}}')
    answer(endpoint, TEXT)
    assert model.chat(ASK).text == TEXT[0]["text"]


def test_neither_key_nor_text_is_in_an_error(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    refuse(endpoint, f"My canary is blue. {KEY}")
    with pytest.raises(LlmRefused, match="invalid_request_error") as caught:
        model.chat(ASK)
    assert "canary" not in str(caught.value)
    assert KEY not in f"{caught.value}{model!r}"


START = {
    "type": "message_start",
    "message": {"model": "model-1", "usage": {"input_tokens": 5, "output_tokens": 1}},
}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}}


def delta(**fields: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": fields}


def test_a_stream_gives_its_pieces(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    pieces = [delta(type="text_delta", text="bl"), {"type": "ping"}, delta(type="text_delta", text="ue")]
    endpoint.streams(START, *pieces, END, {"type": "message_stop"})
    said: list[str] = []
    assert model.stream(ASK, said.append) == ChatReply("blue", "model-1", 5, 4, "stop")
    assert (said, endpoint.bodies[0]["stream"]) == (["bl", "ue"], True)


def test_a_streamed_tool_gives_its_json(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    pieces = [delta(type="input_json_delta", partial_json=part) for part in ('{"a"', ": 1}")]
    endpoint.streams(START, *pieces, END)
    assert model.stream(ASK_JSON, lambda _: None).text == '{"a": 1}'


def test_a_stream_in_one_piece_is_understood(endpoint: StubEndpoint, model: AnthropicChat) -> None:
    answer(endpoint, TEXT)
    assert model.stream(ASK, lambda _: None).prompt_tokens == 12


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ([START, delta(type="text_delta", text="bl")], LlmUnavailable),
        ([START, {"type": "error", "error": {"type": "overloaded_error"}}], LlmUnavailable),
        (["[1]"], LlmBadReply),
        ([{"type": "message_start"}], LlmBadReply),
        ([START, END], LlmBadReply),
    ],
    ids=["no end", "error", "list", "no message", "no text"],
)
def test_broken_streams(
    endpoint: StubEndpoint, model: AnthropicChat, events: list[Any], error: type[Exception]
) -> None:
    endpoint.streams(*events)
    with pytest.raises(error):
        model.stream(ASK, lambda _: None)
