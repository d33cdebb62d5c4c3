"""No test can call a real model: the suite's own switch, proven on every adapter."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc.errors import LlmRefused
from memsvc_agents.llm.anthropic import AnthropicChat
from memsvc_agents.llm.gguf import GgufChat
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_agents.llm.offline import OFFLINE
from memsvc_agents.llm.openai import OpenAIChat
from memsvc_agents.llm.transformers import TransformersChat

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
