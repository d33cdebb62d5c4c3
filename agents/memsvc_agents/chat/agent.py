"""The loop: recall, answer, post-think (TiM, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from memsvc.ports.llm import LLM_FAILURES, ChatModel, ChatRequest
from memsvc_agents.chat.memory import ChatMemory, Kept, Memory, Said
from memsvc_agents.chat.prompts import chat_messages

__all__ = ["ChatAgent", "ChatTurn"]


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One turn: the answer ('' without a model), the memories that it was made from, and what was kept.

    `failure` says why a model gave no answer; what the user said is kept all the same.
    """

    answer: str = field(repr=False)
    memories: tuple[Memory, ...]
    kept: Kept
    failure: str | None = None


class ChatAgent:
    """Talks with one user; not for several threads.

    Without a model it recalls and remembers, and answers nothing. The model sees the last `window` turns of this
    talk; older ones come back as memories.
    """

    def __init__(
        self,
        memory: ChatMemory,
        model: ChatModel | None,
        *,
        clock: Callable[[], datetime],
        k: int = 5,
        window: int = 8,
        max_tokens: int = 500,
    ) -> None:
        self._memory = memory
        self._model = model
        self._clock = clock
        self._k = k
        self._window = window
        self._max_tokens = max_tokens
        self._talk: list[Said] = []
        self._told_by: dict[str, int] = {}

    def turn(
        self,
        text: str,
        *,
        say: Callable[[str], None],
        recalled: Callable[[Sequence[Memory]], None] = lambda _: None,
    ) -> ChatTurn:
        """Answer what the user says; pieces of the answer go to `say` as they come.

        `recalled` is called with the memories before the model is asked. Raises what the memory raises.
        """
        memories = self._recalled(text)
        recalled(memories)
        said = Said("user", text)
        answer, failure = self._answer([*self._talk[-self._window :], said], memories, say)
        new = [said, Said("assistant", answer)] if answer else [said]
        kept = self._memory.keep(new, recalled=[memory.id for memory in memories])
        self._talk += new
        for note in kept.notes:
            self._told_by.setdefault(note, len(self._talk))
        return ChatTurn(answer, memories, kept, failure)

    def _recalled(self, text: str) -> tuple[Memory, ...]:
        """Return the best memories but those that the model sees anyway, as turns of this talk."""
        unseen = len(self._talk) - self._window
        seen = {note for note, told_by in self._told_by.items() if told_by > unseen}
        found = self._memory.recall(text, k=self._k + len(seen))
        return tuple(memory for memory in found if memory.id not in seen)[: self._k]

    def _answer(
        self, talk: Sequence[Said], memories: Sequence[Memory], say: Callable[[str], None]
    ) -> tuple[str, str | None]:
        if self._model is None:
            return "", None
        messages = chat_messages(talk, memories, now=self._clock())
        try:
            reply = self._model.stream(ChatRequest(messages, max_tokens=self._max_tokens), say)
        except LLM_FAILURES as error:
            return "", error.detail
        return reply.text.strip(), None
