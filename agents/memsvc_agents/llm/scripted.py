"""A model whose answers are given beforehand: for tests, and for trying things without one."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterable

from memsvc.errors import LlmUnavailable, MemsvcError
from memsvc.ports.llm import ChatReply, ChatRequest, Say

__all__ = ["ScriptedChat"]


class ScriptedChat:
    """Gives its answers in turn, raises those that are errors, and keeps what it was asked.

    Streamed, an answer comes word by word. Tokens are counted as words between blanks. Raises LlmUnavailable when
    no answer is left.
    """

    def __init__(self, answers: Iterable[str | ChatReply | MemsvcError], *, name: str = "scripted") -> None:
        self._name = name
        self._answers = deque(answers)
        self._requests: list[ChatRequest] = []
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def requests(self) -> tuple[ChatRequest, ...]:
        """Return what was asked so far, in order."""
        with self._lock:
            return tuple(self._requests)

    def chat(self, request: ChatRequest) -> ChatReply:
        with self._lock:
            self._requests.append(request)
            answer = self._answers.popleft() if self._answers else LlmUnavailable("no scripted answer is left")
        if isinstance(answer, MemsvcError):
            raise answer
        if isinstance(answer, ChatReply):
            return answer
        return ChatReply(
            text=answer,
            model=self._name,
            prompt_tokens=sum(len(message.content.split()) for message in request.messages),
            completion_tokens=len(answer.split()),
            finish_reason="stop",
        )

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        reply = self.chat(request)
        for piece in re.findall(r"\s*\S+\s*$|\s*\S+", reply.text):
            say(piece)
        return reply

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""
