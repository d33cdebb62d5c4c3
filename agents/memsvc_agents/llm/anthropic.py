"""Anthropic's Messages API, with its structured output or, where a model has none, a forced tool."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx

from memsvc.ports.llm import ChatReply, ChatRequest, Say
from memsvc_agents.llm.dialects import Understanding
from memsvc_agents.llm.messages import MessageAssembly, message_reply
from memsvc_agents.llm.posting import JsonEndpoint
from memsvc_agents.llm.prompting import told_schema
from memsvc_agents.llm.schemas import without_bounds
from memsvc_agents.retrying import RetryPolicy

__all__ = ["ANTHROPIC_URL", "AnthropicChat"]

ANTHROPIC_URL = "https://api.anthropic.com/v1"
_PATH = "messages"
_VERSION = "2023-06-01"


@dataclass(frozen=True, slots=True)
class _Dialect:
    temperature: bool = True
    schema: Literal["format", "tool", "prompt"] = "format"

    def without(self, fields: frozenset[str]) -> _Dialect | None:
        """Return the dialect that leaves out or replaces what was refused; None when nothing is left to change."""
        poorer = self
        if "temperature" in fields:
            poorer = replace(poorer, temperature=False)
        if "output_config" in fields and self.schema == "format":
            poorer = replace(poorer, schema="tool")
        if fields & {"tools", "tool_choice"} and self.schema == "tool":
            poorer = replace(poorer, schema="prompt")
        return None if poorer == self else poorer


class AnthropicChat:
    """Asks a remote model; safe to call from several threads.

    `timeout_seconds` is for one whole try. Limits on numbers and lengths are left out of a schema, as the API
    refuses them. An option that is refused by name is left out or replaced, at once and from then on. A request's
    `seed` is not sent: the API has none.
    """

    def __init__(
        self,
        model: str,
        *,
        api_key: str,
        base_url: str = ANTHROPIC_URL,
        timeout_seconds: float = 120,
        retry: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = model
        self._understanding = Understanding(_Dialect())
        self._endpoint = JsonEndpoint(
            base_url,
            headers={"x-api-key": api_key, "anthropic-version": _VERSION},
            timeout_seconds=timeout_seconds,
            retry=retry or RetryPolicy(),
            transport=transport,
            sleep=sleep,
            clock=clock,
        )

    @property
    def name(self) -> str:
        return self._name

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return one answer; raises LlmUnavailable, LlmRefused, LlmBadReply."""

        def ask(dialect: _Dialect) -> ChatReply:
            return message_reply(self._endpoint.post(_PATH, _body(self._name, request, dialect)), self._name)

        return self._understanding.ask(ask)

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        """Return one answer after its pieces; raises as `chat` does."""

        def ask(dialect: _Dialect) -> ChatReply:
            assembly = MessageAssembly(self._name, say)
            body = {**_body(self._name, request, dialect), "stream": True}
            self._endpoint.stream(_PATH, body, assembly.take)
            return assembly.reply()

        return self._understanding.ask(ask)

    def close(self) -> None:
        """Close the connections."""
        self._endpoint.close()


def _body(model: str, request: ChatRequest, dialect: _Dialect) -> dict[str, Any]:
    told = told_schema(request) if dialect.schema == "prompt" else request.messages
    system = "\n\n".join(message.content for message in told if message.role == "system")
    spoken = [{"role": message.role, "content": message.content} for message in told if message.role != "system"]
    body: dict[str, Any] = {"model": model, "max_tokens": request.max_tokens, "messages": spoken}
    if system:
        body["system"] = system
    if dialect.temperature:
        body["temperature"] = request.temperature
    if request.schema is not None:
        body |= _schema_part(without_bounds(request.schema), dialect)
    return body


def _schema_part(schema: Mapping[str, Any], dialect: _Dialect) -> dict[str, Any]:
    if dialect.schema == "format":
        return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    if dialect.schema == "tool":
        tool = {"name": "reply", "description": "Gives the answer.", "input_schema": schema}
        return {"tools": [tool], "tool_choice": {"type": "tool", "name": "reply"}}
    return {}
