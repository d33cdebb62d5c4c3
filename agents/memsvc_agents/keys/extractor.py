"""Extractors that ask a language model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Generic, TypeVar

from memsvc.errors import LlmBadReply
from memsvc.ports.extraction import Slot
from memsvc.ports.llm import ChatMessage, ChatModel, ChatRequest
from memsvc.ports.retrieval import Passage
from memsvc_agents.keys.prompts import SlotPrompt

__all__ = ["LlmExtractor"]

T = TypeVar("T")

_MOST_CHARACTERS = 40_000


class LlmExtractor(Generic[T]):
    """Fills a slot from one answer at temperature 0; None for an answer that is not of the form asked for.

    An endpoint that does not answer or refuses raises LlmUnavailable or LlmRefused: that says nothing of the
    passage. A passage over 40,000 characters is cut.
    """

    def __init__(self, model: ChatModel, prompt: SlotPrompt[T]) -> None:
        self._model = model
        self._prompt = prompt

    @property
    def slot(self) -> Slot:
        return self._prompt.slot

    @property
    def version(self) -> str:
        return f"{self._model.name}-{self._prompt.digest}"

    def extract(self, passage: Passage) -> T | None:
        if not any(text.strip() for _, text in self._turns(passage)):
            return self._prompt.read("" if self._prompt.value["type"] == "string" else [])
        try:
            reply = self._model.chat(self._request(passage))
            if reply.finish_reason != "stop":
                return None
            answer = json.loads(reply.text)
            if not isinstance(answer, dict) or self.slot not in answer:
                return None
            return self._prompt.read(answer[self.slot])
        except (LlmBadReply, ValueError, RecursionError):
            return None

    def _request(self, passage: Passage) -> ChatRequest:
        # As JSON without `</`, so that no text can pass for another turn or end what encloses it.
        said = "\n".join(json.dumps({role: text}, ensure_ascii=False) for role, text in self._turns(passage))
        said = said.replace("</", "<\\/")
        content = (
            f"Date of the conversation: {passage.at:%Y/%m/%d (%a)}\n"
            f"<conversation>\n{said[:_MOST_CHARACTERS]}\n</conversation>"
        )
        return ChatRequest(
            messages=(ChatMessage("system", self._prompt.system), ChatMessage("user", content)),
            max_tokens=self._prompt.max_tokens,
            schema=self._prompt.schema,
        )

    def _turns(self, passage: Passage) -> Iterator[tuple[str, str]]:
        """Yield (role, text); without turns everything is the user's."""
        if not passage.turns:
            yield "user", passage.content
        for turn in passage.turns:
            if turn.role == "user" or not self._prompt.user_only:
                yield turn.role, passage.content[turn.start : turn.end]
