"""Language models that answer a conversation; prompts and what is made of the answers live with their users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from memsvc.domain.scope import Scope
from memsvc.errors import LlmBadReply, LlmBudgetSpent, LlmRefused, LlmUnavailable, MemsvcError

__all__ = [
    "LLM_FAILURES",
    "ChatMessage",
    "ChatModel",
    "ChatModels",
    "ChatReply",
    "ChatRequest",
    "FinishReason",
    "Role",
    "Say",
]

# What a use case catches to go on without the model, and to say `degraded`.
LLM_FAILURES: Final[tuple[type[MemsvcError], ...]] = (LlmUnavailable, LlmBadReply, LlmRefused, LlmBudgetSpent)

Say: TypeAlias = Callable[[str], None]
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
    to the model, which matters only where `temperature` is above 0. `accept` says whether an answer is of use: one
    that is not may be better the next time, and is not kept to be given again.
    """

    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float = 0.0
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    seed: int | None = None
    accept: Callable[[ChatReply], bool] | None = field(default=None, repr=False, compare=False)


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
        """Return one answer.

        Whether its text is JSON that follows the schema is for the caller to check: endpoints may ignore a
        schema, and cut answers. Raises LlmUnavailable when no answer comes, LlmRefused when asking again is of no
        use, LlmBadReply for what is no answer at all, LlmBudgetSpent when nothing more may be asked for now.
        """

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        """Give each piece of the text to `say` as it comes, then return the whole answer; raises as `chat` does.

        A try is not repeated once a piece of it was given. What `say` raises ends the call.
        """

    def close(self) -> None:
        """Give back connections and memory."""


class ChatModels(Protocol):
    """Gives the model for one operation (such as "post-think"): its calls are counted, cached and bounded.

    Ask for it BEFORE reading the memories that it will be shown: no answer is kept that was asked for across a
    purge of the namespace.
    """

    def __call__(self, scope: Scope, operation: str) -> ChatModel: ...
