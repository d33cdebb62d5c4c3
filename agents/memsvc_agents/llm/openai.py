"""Any OpenAI-compatible `/chat/completions` endpoint: OpenAI, vLLM, llama.cpp's server, Ollama, LM Studio."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from memsvc.ports.llm import ChatReply, ChatRequest, Say
from memsvc_agents.llm.completions import Assembly, Dialect, body_of, reply_of
from memsvc_agents.llm.dialects import Understanding
from memsvc_agents.llm.posting import JsonEndpoint
from memsvc_agents.retrying import RetryPolicy

__all__ = ["OpenAIChat"]

_PATH = "chat/completions"


class OpenAIChat:
    """Asks a remote model; safe to call from several threads.

    `timeout_seconds` is for one whole try. A schema is sent as a strict `json_schema` response format. An option
    that the endpoint refuses by name is left out or replaced, at once and from then on: `max_tokens` by
    `max_completion_tokens`, a schema by `json_object` and at last by words in the prompt.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        timeout_seconds: float = 120,
        retry: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = model
        self._understanding = Understanding(Dialect())
        self._endpoint = JsonEndpoint(
            base_url,
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
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

        def ask(dialect: Dialect) -> ChatReply:
            return reply_of(self._endpoint.post(_PATH, body_of(self._name, request, dialect)), self._name)

        return self._understanding.ask(ask)

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        """Return one answer after its pieces; raises as `chat` does."""

        def ask(dialect: Dialect) -> ChatReply:
            assembly = Assembly(self._name, say)
            body = body_of(self._name, request, dialect, stream=True)
            self._endpoint.stream(_PATH, body, assembly.take)
            return assembly.reply()

        return self._understanding.ask(ask)

    def close(self) -> None:
        """Close the connections."""
        self._endpoint.close()
