"""Answers of Anthropic's Messages API, whole and streamed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatReply, FinishReason, Say
from memsvc_agents.llm.fields import model_name, text_of, token_count
from memsvc_agents.llm.refusals import AnswerLost

__all__ = ["MessageAssembly", "message_reply"]

_FINISH: Mapping[object, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filter",
}
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def message_reply(answer: Any, asked: str) -> ChatReply:
    """Return the reply in a whole message, the input of a tool as JSON text; raises LlmBadReply."""
    try:
        texts = [_text(block) for block in answer["content"]]
        usage = answer.get("usage") or {}
        model, reason = model_name(answer.get("model"), asked), answer.get("stop_reason")
        prompt, completion = _prompt_tokens(usage), token_count(usage.get("output_tokens"))
    except (KeyError, TypeError, AttributeError) as error:
        raise LlmBadReply(f"the model's answer is no message ({type(error).__name__})") from None
    return _reply("".join(texts), model, prompt, completion, reason)


@dataclass(slots=True)
class MessageAssembly:
    """Puts a streamed message together; each piece of text is given to `say`."""

    asked: str
    say: Say
    texts: list[str] = field(default_factory=list, repr=False)
    model: str = ""
    reason: object = None
    usage: dict[str, Any] = field(default_factory=dict)

    def take(self, event: Any) -> None:
        """Take one event, or a whole message of a server that does not stream."""
        try:
            piece = self._taken(event)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise LlmBadReply(f"the model's answer is no message ({type(error).__name__})") from None
        if piece:
            self.texts.append(piece)
            self.say(piece)

    def reply(self) -> ChatReply:
        """Return the whole; raises AnswerLost when its end did not come."""
        if self.reason is None:
            raise AnswerLost("the model's endpoint ended the stream in the middle of an answer")
        prompt, completion = _prompt_tokens(self.usage), token_count(self.usage.get("output_tokens"))
        return _reply("".join(self.texts), self.model or self.asked, prompt, completion, self.reason)

    def _taken(self, event: Any) -> str:
        """Note what the event says, and return its text."""
        match event.get("type"):
            case "error":
                raise AnswerLost("the model's endpoint broke off its answer with an error")
            case "message_start":
                self.model = model_name(event["message"].get("model"), self.model)
                self.usage |= event["message"].get("usage") or {}
            case "message":
                self.model, self.reason = model_name(event.get("model"), self.model), event.get("stop_reason")
                self.usage |= event.get("usage") or {}
                return "".join(map(_text, event["content"]))
            case "content_block_delta":
                return text_of(event["delta"].get("text") or event["delta"].get("partial_json"))
            case "message_delta":
                self.reason = event["delta"].get("stop_reason") or self.reason
                self.usage |= event.get("usage") or {}
        return ""


def _reply(text: str, model: str, prompt: int | None, completion: int | None, reason: object) -> ChatReply:
    finish: FinishReason = _FINISH.get(reason, "other") if isinstance(reason, str) else "other"
    if not text:
        raise LlmBadReply(
            "the model declined to answer" if finish == "filter" else "the model's answer holds no text"
        )
    return ChatReply(
        text=text, model=model, prompt_tokens=prompt, completion_tokens=completion, finish_reason=finish
    )


def _text(block: Mapping[str, Any]) -> str:
    if block["type"] == "tool_use":
        return json.dumps(block["input"])
    return text_of(block["text"]) if block["type"] == "text" else ""


def _prompt_tokens(usage: Mapping[str, Any]) -> int | None:
    """Return what was read, from the cache or not; the API counts these apart."""
    known = [count for name in _INPUT if (count := token_count(usage.get(name))) is not None]
    return sum(known) if known else None
