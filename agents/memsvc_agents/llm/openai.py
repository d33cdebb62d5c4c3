"""Any OpenAI-compatible `/chat/completions` endpoint: OpenAI, vLLM, llama.cpp's server, Ollama, LM Studio."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatReply, ChatRequest, FinishReason
from memsvc_agents.llm.posting import JsonEndpoint
from memsvc_agents.retrying import RetryPolicy

__all__ = ["OpenAIChat"]

_FINISH: Mapping[object, FinishReason] = {"stop": "stop", "length": "length", "content_filter": "filter"}


class OpenAIChat:
    """Asks a remote model; safe to call from several threads.

    `timeout_seconds` is for one whole try. A schema is sent as a strict `json_schema` response format.
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
        self._endpoint = JsonEndpoint(
            base_url,
            api_key=api_key,
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
        reply = _reply(self._endpoint.post("chat/completions", _body(self._name, request)), self._name)
        if request.schema is not None:
            _check_json(reply, request.max_tokens)
        return reply

    def close(self) -> None:
        """Close the connections."""
        self._endpoint.close()


def _body(model: str, request: ChatRequest) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
    }
    if request.seed is not None:
        body["seed"] = request.seed
    if request.schema is not None:
        schema = {"name": "reply", "strict": True, "schema": dict(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _reply(answer: Any, asked: str) -> ChatReply:
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
        usage = answer.get("usage") or {}
        tokens = [_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise LlmBadReply(f"the model's answer is no chat completion ({type(error).__name__})") from None
    if not isinstance(text, str):
        raise LlmBadReply("the model declined to answer" if refusal else "the model's answer holds no text")
    named = answer.get("model")
    return ChatReply(
        text=text,
        model=named if isinstance(named, str) and named else asked,
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        finish_reason=_finish(choice.get("finish_reason")),
    )


def _finish(reason: object) -> FinishReason:
    return _FINISH.get(reason, "other") if isinstance(reason, str) else "other"


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _check_json(reply: ChatReply, max_tokens: int) -> None:
    try:
        json.loads(reply.text)
    except (ValueError, RecursionError):
        cut = f": it is cut off at {max_tokens} tokens" if reply.finish_reason == "length" else ""
        raise LlmBadReply(f"the model's answer is not the JSON asked for{cut}") from None
