"""A tiny question that shows whether a model answers, how fast, and whether it keeps to a schema."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatMessage, ChatModel, ChatReply, ChatRequest, Say
from memsvc_agents.llm.sections import Section, flag, words
from memsvc_agents.llm.structured import structured

__all__ = ["Checked", "check_model"]

_QUESTION = (
    "Which animals are named in this sentence, and is it about the sea? "
    "<sentence>A whale and a dolphin swim in the ocean.</sentence>"
)
_SECTIONS = (Section("animals", "separated by commas", words), Section("sea", "yes or no", flag))


class _Answer(BaseModel):
    animals: list[str]
    sea: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it; tokens are as far as the model counts them."""

    model: str
    way: Literal["schema", "repaired", "sections", "none"]
    seconds: float
    calls: int
    prompt_tokens: int
    completion_tokens: int


def check_model(model: ChatModel, *, clock: Callable[[], float] = time.monotonic) -> Checked:
    """Ask the question; raises what the model raises, except for answers of another form."""
    counted = _Counted(model)
    request = ChatRequest((ChatMessage("user", _QUESTION),), max_tokens=120)
    name = model.name
    way: Literal["schema", "repaired", "sections", "none"] = "none"
    began = clock()
    with contextlib.suppress(LlmBadReply):
        answer = structured(counted, request, _Answer, sections=_SECTIONS)
        name, way = answer.model, answer.way
    replies = counted.replies
    return Checked(
        model=name,
        way=way,
        seconds=clock() - began,
        calls=counted.calls,
        prompt_tokens=sum(reply.prompt_tokens or 0 for reply in replies),
        completion_tokens=sum(reply.completion_tokens or 0 for reply in replies),
    )


class _Counted:
    """Keeps the replies of a model."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.calls = 0
        self.replies: list[ChatReply] = []

    @property
    def name(self) -> str:
        return self._model.name

    def chat(self, request: ChatRequest) -> ChatReply:
        self.calls += 1
        self.replies.append(self._model.chat(request))
        return self.replies[-1]

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        self.calls += 1
        self.replies.append(self._model.stream(request, say))
        return self.replies[-1]

    def close(self) -> None:
        self._model.close()
