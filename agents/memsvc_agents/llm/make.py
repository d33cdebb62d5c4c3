"""Build a chat model from what the settings or the options of a command say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, assert_never

from memsvc.errors import InvalidInput
from memsvc.ports.llm import ChatModel

__all__ = ["ChatKind", "ChatSpec", "chat_model_from"]

ChatKind = Literal["openai", "scripted"]


@dataclass(frozen=True, slots=True)
class ChatSpec:
    """Which model, and with what; a field that the kind does not use is ignored.

    openai: url (it usually ends in /v1), model, api_key, timeout_seconds, attempts. scripted: answers.
    """

    kind: ChatKind = "openai"
    url: str | None = None
    model: str | None = None
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 120
    attempts: int = 5
    answers: tuple[str, ...] = field(default=(), repr=False)


def chat_model_from(spec: ChatSpec) -> ChatModel:
    """Return the model; nothing is asked yet. Raises InvalidInput for a missing or wrong field."""
    match spec.kind:
        case "openai":
            return _openai(spec)
        case "scripted":
            from memsvc_agents.llm.scripted import ScriptedChat

            return ScriptedChat(spec.answers)
        case _:
            assert_never(spec.kind)


def _openai(spec: ChatSpec) -> ChatModel:
    import httpx

    from memsvc_agents.llm.openai import OpenAIChat
    from memsvc_agents.retrying import RetryPolicy

    if not spec.url or not spec.model:
        raise InvalidInput("the chat model `openai` needs a url and a model name")
    if not (spec.api_key.isascii() and spec.api_key.isprintable()):
        raise InvalidInput("the API key of the chat model holds characters that no key has")
    try:
        parsed = httpx.URL(spec.url)
    except httpx.InvalidURL as error:
        raise InvalidInput(f"the url of the chat model is none: {error}") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise InvalidInput("the url of the chat model must begin with http:// or https:// and name a host")
    return OpenAIChat(
        spec.url,
        spec.model,
        api_key=spec.api_key,
        timeout_seconds=spec.timeout_seconds,
        retry=RetryPolicy(attempts=spec.attempts),
    )
