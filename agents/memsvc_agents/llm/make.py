"""Build a chat model from what the settings or the options of a command say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, assert_never

from memsvc.errors import InvalidInput
from memsvc.ports.llm import ChatModel
from memsvc_agents.llm.offline import refuse_local_model, refuse_remote_host

__all__ = ["ChatKind", "ChatSpec", "chat_model_from"]

ChatKind = Literal["openai", "anthropic", "gguf", "transformers", "scripted"]


@dataclass(frozen=True, slots=True)
class ChatSpec:
    """Which model, and with what; a field that the kind does not use is ignored.

    openai: url (it usually ends in /v1), model, api_key, timeout_seconds, attempts. anthropic: the same, url
    optional. gguf and transformers: path (a file, a directory), timeout_seconds, context_tokens, threads, and
    model, the name to go by. scripted: answers. `offline` allows no real model but one on the loopback.
    """

    kind: ChatKind = "openai"
    url: str | None = None
    model: str | None = None
    api_key: str = field(default="", repr=False)
    path: Path | None = None
    timeout_seconds: float = 120
    attempts: int = 5
    context_tokens: int = 8192
    threads: int = 1
    offline: bool = False
    answers: tuple[str, ...] = field(default=(), repr=False)


def chat_model_from(spec: ChatSpec) -> ChatModel:
    """Return the model; nothing is asked or loaded yet.

    Raises InvalidInput for a missing or wrong field, LlmRefused when real models are switched off.
    """
    match spec.kind:
        case "openai":
            return _openai(spec)
        case "anthropic":
            return _anthropic(spec)
        case "gguf":
            return _gguf(spec)
        case "transformers":
            return _transformers(spec)
        case "scripted":
            from memsvc_agents.llm.scripted import ScriptedChat

            return ScriptedChat(spec.answers)
        case _:
            assert_never(spec.kind)


def _openai(spec: ChatSpec) -> ChatModel:
    from memsvc_agents.llm.openai import OpenAIChat
    from memsvc_agents.retrying import RetryPolicy

    if not spec.url or not spec.model:
        raise InvalidInput("the chat model `openai` needs a url and a model name")
    _check_connection(spec, spec.url)
    return OpenAIChat(
        spec.url,
        spec.model,
        api_key=spec.api_key,
        timeout_seconds=spec.timeout_seconds,
        retry=RetryPolicy(attempts=spec.attempts),
    )


def _anthropic(spec: ChatSpec) -> ChatModel:
    from memsvc_agents.llm.anthropic import ANTHROPIC_URL, AnthropicChat
    from memsvc_agents.retrying import RetryPolicy

    if not spec.model or not spec.api_key:
        raise InvalidInput("the chat model `anthropic` needs a model name and an API key")
    url = spec.url or ANTHROPIC_URL
    _check_connection(spec, url)
    return AnthropicChat(
        spec.model,
        api_key=spec.api_key,
        base_url=url,
        timeout_seconds=spec.timeout_seconds,
        retry=RetryPolicy(attempts=spec.attempts),
    )


def _gguf(spec: ChatSpec) -> ChatModel:
    from memsvc_agents.llm.gguf import GgufChat

    if spec.path is None or not spec.path.is_file():
        raise InvalidInput(f"the chat model `gguf` needs the path of a GGUF file, not {spec.path}")
    refuse_local_model("GGUF", offline=spec.offline)
    return GgufChat(
        spec.path,
        name=spec.model,
        context_tokens=spec.context_tokens,
        threads=spec.threads,
        timeout_seconds=spec.timeout_seconds,
    )


def _transformers(spec: ChatSpec) -> ChatModel:
    from memsvc_agents.llm.transformers import TransformersChat

    if spec.path is None or not spec.path.is_dir():
        raise InvalidInput(f"the chat model `transformers` needs the path of a model directory, not {spec.path}")
    refuse_local_model("transformers", offline=spec.offline)
    return TransformersChat(
        spec.path,
        name=spec.model,
        context_tokens=spec.context_tokens,
        threads=spec.threads,
        timeout_seconds=spec.timeout_seconds,
    )


def _check_connection(spec: ChatSpec, url: str) -> None:
    import httpx

    if not (spec.api_key.isascii() and spec.api_key.isprintable()):
        raise InvalidInput("the API key of the chat model holds characters that no key has")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InvalidInput(f"the url of the chat model is none: {error}") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise InvalidInput("the url of the chat model must begin with http:// or https:// and name a host")
    refuse_remote_host(parsed.host, offline=spec.offline)
