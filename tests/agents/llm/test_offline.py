"""No test can call a real model: the suite's own switch, proven on every adapter."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from memsvc.errors import LlmRefused
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.llm.anthropic import AnthropicChat
from memsvc_agents.llm.gguf import GgufChat
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_agents.llm.offline import OFFLINE
from memsvc_agents.llm.openai import OpenAIChat
from memsvc_agents.llm.transformers import TransformersChat
from memsvc_agents.retrying import RetryPolicy
from tests.support.chat_endpoint import StubEndpoint

REAL: dict[str, Callable[[], object]] = {
    "openai": lambda: OpenAIChat("https://api.openai.com/v1", "m"),
    "anthropic": lambda: AnthropicChat("m", api_key="k"),
    "gguf": lambda: GgufChat(Path(__file__)),
    "transformers": lambda: TransformersChat(Path(__file__).parent),
}


@pytest.mark.parametrize("kind", REAL)
def test_no_adapter_of_a_real_model_can_be_made_in_tests(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(LlmRefused, match=OFFLINE):
        REAL[kind]()


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost.evil.org", "0.0.0.0", "127.0.0.1.nip.io"])
def test_a_host_that_is_not_this_machine_is_refused(host: str) -> None:
    with pytest.raises(LlmRefused, match="loopback only"):
        OpenAIChat(f"http://{host}/v1", "m")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.10"])
def test_the_loopback_is_allowed(host: str) -> None:
    OpenAIChat(f"http://{host}/v1", "m").close()


def test_a_spec_can_switch_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFLINE)
    with pytest.raises(LlmRefused, match="loopback only"):
        chat_model_from(ChatSpec(url="https://api.openai.com/v1", model="m", offline=True))


@pytest.mark.parametrize("value", ["", "0", "false", "off"])
def test_without_the_switch_adapters_can_be_made(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(OFFLINE, value)
    OpenAIChat("https://api.openai.com/v1", "m").close()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_what_is_said_to_the_loopback_goes_through_no_proxy(
    endpoint: StubEndpoint, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    endpoint.says("blue")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with closing(OpenAIChat(endpoint.url, "m", retry=RetryPolicy(attempts=1))) as model:
        assert model.chat(ChatRequest((ChatMessage("user", "hi"),), max_tokens=9)).text == "blue"
