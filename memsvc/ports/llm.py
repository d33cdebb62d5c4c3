"""Language models that answer a conversation; prompts and what is made of the answers live with their users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

__all__ = ["ChatMessage", "ChatModel", "ChatReply", "ChatRequest", "FinishReason", "Role"]

Role: TypeAlias = Literal["system", "user", "assistant"]
FinishReason: TypeAlias = Literal["stop", "length", "filter", "other"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message; its text is memory content and stays out of `repr`, so that no log gets it by accident."""

    role: Role
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked; `max_tokens` bounds the answer.

    `schema` is a JSON schema that the answer has to follow; None asks for free text. `seed` None leaves sampling
    to the model, which matters only where `temperature` is above 0.
    """

    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float = 0.0
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The answer; `model` is the name and version that the endpoint gives itself.

    Token counts are the endpoint's own, None where it does not tell. `length` means cut at `max_tokens`.
    """

    text: str = field(repr=False)
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    finish_reason: FinishReason


class ChatModel(Protocol):
    """Answers chat requests; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Return the name that the model was asked for by; a reply's `model` may be more exact."""

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return one answer; with a schema its text is one whole JSON value.

        Whether that value follows the schema is for the caller to check, as endpoints may ignore it. Raises
        LlmUnavailable when no answer comes, LlmRefused when asking again is of no use, LlmBadReply for an answer
        that is not of the form asked for.
        """
