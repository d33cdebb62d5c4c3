"""The chat completions protocol of OpenAI, which most servers and llama.cpp itself speak: bodies and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatReply, ChatRequest, FinishReason, Say
from memsvc_agents.llm.fields import model_name, text_of, token_count
from memsvc_agents.llm.prompting import told_schema
from memsvc_agents.llm.refusals import AnswerLost

__all__ = ["Assembly", "Dialect", "body_of", "reply_of"]

_FINISH: Mapping[object, FinishReason] = {"stop": "stop", "length": "length", "content_filter": "filter"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What of the protocol a model and its server take."""

    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    seed: bool = True
    schema: Literal["json_schema", "json_object", "prompt"] = "json_schema"
    stream_options: bool = True

    def without(self, fields: frozenset[str]) -> Dialect | None:
        """Return the dialect that leaves out or replaces what was refused; None when nothing is left to change."""
        poorer = self
        if fields & {"max_tokens", "max_completion_tokens"} and self.limit == "max_tokens":
            poorer = replace(poorer, limit="max_completion_tokens")
        if "response_format" in fields and self.schema != "prompt":
            poorer = replace(poorer, schema="json_object" if self.schema == "json_schema" else "prompt")
        poorer = replace(
            poorer,
            temperature=self.temperature and "temperature" not in fields,
            seed=self.seed and "seed" not in fields,
            stream_options=self.stream_options and "stream_options" not in fields,
        )
        return None if poorer == self else poorer


def body_of(model: str, request: ChatRequest, dialect: Dialect, *, stream: bool = False) -> dict[str, Any]:
    """Return the request's body; a schema that the server does not take is told in the prompt."""
    told = told_schema(request) if dialect.schema != "json_schema" else request.messages
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in told],
        dialect.limit: request.max_tokens,
    }
    if dialect.temperature:
        body["temperature"] = request.temperature
    if request.seed is not None and dialect.seed:
        body["seed"] = request.seed
    if request.schema is not None and dialect.schema == "json_schema":
        schema = {"name": "reply", "strict": True, "schema": dict(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif request.schema is not None and dialect.schema == "json_object":
        body["response_format"] = {"type": "json_object"}
    if stream:
        body["stream"] = True
        if dialect.stream_options:
            body["stream_options"] = {"include_usage": True}
    return body


def reply_of(answer: Any, asked: str) -> ChatReply:
    """Return the reply in a whole answer; raises LlmBadReply."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
        usage = answer.get("usage") or {}
        tokens = [token_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens")]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise LlmBadReply(f"the model's answer is no chat completion ({type(error).__name__})") from None
    if not isinstance(text, str):
        raise LlmBadReply("the model declined to answer" if refusal else "the model's answer holds no text")
    return ChatReply(
        text=text,
        model=model_name(answer.get("model"), asked),
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        finish_reason=_finish(choice.get("finish_reason")),
    )


@dataclass(slots=True)
class Assembly:
    """Puts a streamed answer together; each piece of text is given to `say`."""

    asked: str
    say: Say
    texts: list[str] = field(default_factory=list, repr=False)
    model: str = ""
    finish: object = None
    usage: Mapping[str, Any] = field(default_factory=dict)

    def take(self, event: Any) -> None:
        """Take one chunk, or a whole answer of a server that does not stream."""
        try:
            if event.get("error"):
                raise AnswerLost("the model's endpoint broke off its answer with an error")
            self.model = model_name(event.get("model"), self.model)
            self.usage = dict(event.get("usage") or self.usage)
            pieces = [self._piece(choice) for choice in event.get("choices") or ()]
        except (AttributeError, TypeError, ValueError) as error:
            raise LlmBadReply(f"the model's answer is no chat completion ({type(error).__name__})") from None
        for piece in filter(None, pieces):
            self.texts.append(piece)
            self.say(piece)

    def reply(self) -> ChatReply:
        """Return the whole; raises AnswerLost when its end did not come."""
        if self.finish is None:
            raise AnswerLost("the model's endpoint ended the stream in the middle of an answer")
        return ChatReply(
            text="".join(self.texts),
            model=self.model or self.asked,
            prompt_tokens=token_count(self.usage.get("prompt_tokens")),
            completion_tokens=token_count(self.usage.get("completion_tokens")),
            finish_reason=_finish(self.finish),
        )

    def _piece(self, choice: Any) -> str:
        self.finish = choice.get("finish_reason") or self.finish
        return text_of((choice.get("delta") or choice.get("message") or {}).get("content"))


def _finish(reason: object) -> FinishReason:
    return _FINISH.get(reason, "other") if isinstance(reason, str) else "other"
