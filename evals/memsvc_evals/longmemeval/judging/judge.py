"""One verdict of a judge model."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.ports.llm import ChatMessage, ChatModel, ChatRequest
from memsvc_evals.longmemeval.judging.judged import JudgedQuestion
from memsvc_evals.longmemeval.judging.rules import judge_prompt

__all__ = ["Judge", "Verdict"]

_REPLY_TOKENS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """A hypothesis and whether it is right; `model` is the judge as its endpoint names it, version included."""

    question: str
    hypothesis: str
    label: bool
    model: str


class Judge:
    """Judges answers by the official protocol; safe to call from several threads if the model is."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Return the name that the judge is asked for by."""
        return self._model.name

    def verdict(self, question: JudgedQuestion, hypothesis: str) -> Verdict:
        """Judge one answer; raises what the model raises. A reply that is neither yes nor no counts as no."""
        messages = (ChatMessage("user", judge_prompt(question, hypothesis)),)
        reply = self._model.chat(ChatRequest(messages, max_tokens=_REPLY_TOKENS, temperature=0.0))
        return Verdict(question.id, hypothesis, "yes" in reply.text.lower(), reply.model)
