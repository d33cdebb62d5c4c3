"""The OpenAI-compatible chat model against an endpoint that misbehaves."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.llm.openai import OpenAIChat
from memsvc_agents.retrying import RetryPolicy
from tests.support.chat_endpoint import StubEndpoint

KEY = "sk-very-secret"
SCHEMA = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]}
ASK = ChatRequest((ChatMessage("system", "Be short."), ChatMessage("user", "My canary is blue.")), max_tokens=9)
ASK_JSON = ChatRequest(ASK.messages, max_tokens=9, schema=SCHEMA, seed=3)


class Client:
    """The model under test with the waits that it made."""

    def __init__(self, url: str) -> None:
        self.waits: list[float] = []
        self.chat = OpenAIChat(
            url,
            "small",
            api_key=KEY,
            timeout_seconds=5,
            retry=RetryPolicy(attempts=3, first_wait=0.5, longest_wait=20),
            sleep=self.waits.append,
        )


@pytest.fixture
def client(endpoint: StubEndpoint) -> Iterator[Client]:
    made = Client(endpoint.url)
    with closing(made.chat):
        yield made


def test_a_request_names_the_model_and_carries_the_key(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.says("blue")
    client.chat.chat(ASK)
    assert endpoint.paths == ["/v1/chat/completions"]
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    assert endpoint.bodies == [
        {
            "model": "small",
            "messages": [
                {"role": "system", "content": "Be short."},
                {"role": "user", "content": "My canary is blue."},
            ],
            "max_tokens": 9,
            "temperature": 0.0,
        }
    ]


def test_a_schema_is_sent_as_a_strict_response_format(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.says('{"colour": "blue"}')
    client.chat.chat(ASK_JSON)
    (body,) = endpoint.bodies
    assert body["seed"] == 3
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
    }


def test_a_reply_names_the_version_and_counts_tokens(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.says("blue", finish="length")
    reply = client.chat.chat(ASK)
    assert (reply.text, reply.model, reply.finish_reason) == ("blue", "small-2026-01-01", "length")
    assert (reply.prompt_tokens, reply.completion_tokens) == (12, 3)


def test_an_endpoint_that_counts_no_tokens_and_names_no_model(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.gives(200, json.dumps({"choices": [{"message": {"content": "blue"}}]}))
    reply = client.chat.chat(ASK)
    assert (reply.model, reply.prompt_tokens, reply.finish_reason) == ("small", None, "other")


def test_half_a_surrogate_pair_does_not_stop_a_request(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.says("blue")
    client.chat.chat(ChatRequest((ChatMessage("user", "a\ud83d"),), max_tokens=1))
    assert endpoint.bodies[0]["messages"][0]["content"] == "a\ud83d"


def test_retry_after_in_seconds_is_waited_for(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.gives(429, "slow down", Retry_After="7")
    endpoint.says("blue")
    client.chat.chat(ASK)
    assert client.waits == [7.0]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_passing_failure_is_tried_again_after_a_bounded_wait(
    endpoint: StubEndpoint, client: Client, status: int
) -> None:
    endpoint.gives(status, "boom")
    endpoint.gives(status, "boom")
    endpoint.says("blue")
    assert client.chat.chat(ASK).text == "blue"
    assert len(client.waits) == 2
    assert all(0 <= wait <= 20 for wait in client.waits)


def test_half_an_answer_is_tried_again(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.gives(200, '{"choices": [', promised=500)
    endpoint.says("blue")
    assert client.chat.chat(ASK).text == "blue"


def test_attempts_are_limited(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.gives(500, "boom")
    with pytest.raises(LlmUnavailable, match=r"answered 500$"):
        client.chat.chat(ASK)
    assert len(endpoint.bodies) == 3


def test_a_wait_that_is_too_long_is_handed_to_the_caller(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.gives(429, "", Retry_After="3600")
    with pytest.raises(LlmUnavailable) as caught:
        client.chat.chat(ASK)
    assert (caught.value.retry_after, client.waits) == (3600.0, [])


def test_an_answer_that_trickles_past_the_time_limit_is_given_up(endpoint: StubEndpoint) -> None:
    endpoint.says("blue")
    times = iter([0.0, 6.0, 10.0, 16.0])
    retry = RetryPolicy(attempts=2)
    model = OpenAIChat(
        endpoint.url, "small", timeout_seconds=5, retry=retry, sleep=lambda _: None, clock=lambda: next(times)
    )
    with closing(model), pytest.raises(LlmUnavailable, match="did not end its answer in 5 s"):
        model.chat(ASK)


def test_nobody_listening_is_unavailable(endpoint: StubEndpoint) -> None:
    model = OpenAIChat("http://127.0.0.1:9/v1", "small", retry=RetryPolicy(attempts=1))
    with closing(model), pytest.raises(LlmUnavailable, match="does not answer: ConnectError"):
        model.chat(ASK)


@pytest.mark.parametrize(
    ("status", "hint"),
    [(400, "fit the model"), (401, "check the API key"), (404, "model's name"), (413, "too long"), (301, "301")],
)
def test_a_refusal_is_not_tried_again(endpoint: StubEndpoint, client: Client, status: int, hint: str) -> None:
    endpoint.gives(status, "")
    with pytest.raises(LlmRefused, match=hint):
        client.chat.chat(ASK)
    assert len(endpoint.bodies) == 1


def test_a_refusal_gives_the_endpoints_reason(endpoint: StubEndpoint, client: Client) -> None:
    error = {"code": "context_length_exceeded", "message": "My canary is blue."}
    endpoint.gives(400, json.dumps({"error": error}))
    with pytest.raises(LlmRefused, match=r"answered 400 \(context_length_exceeded\)"):
        client.chat.chat(ASK)


@pytest.mark.parametrize(
    "answer",
    [
        lambda e: e.gives(400, f'{{"error": {{"code": "My canary is blue.", "type": "{KEY}"}}}}'),
        lambda e: e.gives(500, f"My canary is blue. {KEY}"),
        lambda e: e.gives(200, f"<html>My canary is blue. {KEY}</html>"),
        lambda e: e.gives(200, f'{{"choices": "My canary is blue. {KEY}"}}'),
    ],
    ids=["refused", "failed", "html", "other json"],
)
def test_neither_key_nor_text_is_in_errors_or_logs(
    endpoint: StubEndpoint,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    answer: Callable[[StubEndpoint], None],
) -> None:
    answer(endpoint)
    with caplog.at_level(logging.DEBUG), pytest.raises((LlmRefused, LlmUnavailable, LlmBadReply)) as caught:
        client.chat.chat(ASK)
    shown = f"{caught.value} {caught.value.__cause__!r} {ASK!r} " + caplog.text
    assert "canary" not in shown
    assert KEY not in shown


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<html>Welcome</html>", "answered no JSON"),
        ("[" * 100_000, "answered no JSON"),
        ("[]", "no chat completion"),
        ('{"choices": []}', "no chat completion"),
        ('{"choices": [{"message": null}]}', "no chat completion"),
        ('{"choices": [{"message": {"content": null}}]}', "holds no text"),
        ('{"choices": [{"message": {"content": null, "refusal": "no"}}]}', "declined"),
    ],
    ids=["html", "deep", "list", "no choice", "no message", "no text", "declined"],
)
def test_a_bad_answer_is_refused(endpoint: StubEndpoint, client: Client, body: str, message: str) -> None:
    endpoint.gives(200, body)
    with pytest.raises(LlmBadReply, match=message):
        client.chat.chat(ASK)


def test_an_endless_answer_is_given_up(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.gives(200, "x" * (9 * 2**20))
    with pytest.raises(LlmBadReply, match="over 8388608 bytes"):
        client.chat.chat(ASK)


def test_json_that_is_cut_off_is_handed_on_as_such(endpoint: StubEndpoint, client: Client) -> None:
    endpoint.says('{"colour": "bl', finish="length")
    reply = client.chat.chat(ASK_JSON)
    assert (reply.text, reply.finish_reason) == ('{"colour": "bl', "length")
