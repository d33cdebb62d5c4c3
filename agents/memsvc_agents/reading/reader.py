"""Answers a question from items through a chat model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from memsvc.domain.recall import Influence
from memsvc.errors import LlmBadReply
from memsvc.ports.llm import ChatMessage, ChatModel, ChatReply, ChatRequest
from memsvc_agents.reading.budget import Fitted, TokenCount, estimated_tokens, fit
from memsvc_agents.reading.items import Expansion, Item, history_text, with_expansion
from memsvc_agents.reading.prompts import ReadingMode, answer_part, note_messages, read_messages

__all__ = ["ANSWER_TOKENS", "NOTE_TOKENS", "Reader", "Reading", "ReadingOptions"]

ANSWER_TOKENS = {ReadingMode.DIRECT: 500, ReadingMode.CON: 800, ReadingMode.CON_SEPARATE: 500}
NOTE_TOKENS = 500


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How to read; `budget` bounds the history alone, in tokens, and None does not bound it."""

    mode: ReadingMode = ReadingMode.CON
    budget: int | None = None
    expansion: Expansion = Expansion.NONE


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer and what it took; `reply` is the model's whole last text, tokens are over all `calls`.

    Tokens are None where the endpoint does not tell. `cut` says that the reply reached its limit.
    """

    answer: str = field(repr=False)
    reply: str = field(repr=False)
    model: str
    fitted: Fitted
    calls: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cut: bool


class Reader:
    """Reads items; safe to call from several threads if the model is."""

    def __init__(self, model: ChatModel, options: ReadingOptions, *, count: TokenCount = estimated_tokens) -> None:
        self._model = model
        self._options = options
        self._count = count

    def read(self, question: str, items: Sequence[Item], *, today: str) -> Reading:
        """Answer the question as of `today`; raises what the model raises, LlmBadReply for an empty answer.

        Items that the budget leaves out get no note either, so that no call is made for them. Items without
        influence are not read.
        """
        options = self._options
        items = [item for item in items if item.influence is not Influence.NONE]
        shown = [with_expansion(item, options.expansion) for item in items]
        fitted = fit(shown, options.budget, count=self._count)
        replies: list[ChatReply] = []
        read = fitted.kept
        if options.mode is ReadingMode.CON_SEPARATE:
            read = tuple(self._noted(item, question, today, replies) for item in read)
        evidence = any(item.influence is not Influence.FULL for item in read)
        history = history_text(read)
        messages = read_messages(options.mode, history=history, question=question, today=today, evidence=evidence)
        reply = self._ask(messages, ANSWER_TOKENS[options.mode], replies)
        answer = answer_part(options.mode, reply.text)
        if not answer:
            raise LlmBadReply("the model's answer is empty")
        return Reading(
            answer=answer,
            reply=reply.text,
            model=reply.model,
            fitted=fitted,
            calls=len(replies),
            prompt_tokens=_total([each.prompt_tokens for each in replies]),
            completion_tokens=_total([each.completion_tokens for each in replies]),
            cut=reply.finish_reason == "length",
        )

    def _noted(self, item: Item, question: str, today: str, replies: list[ChatReply]) -> Item:
        """Return the item with the model's note in place of its text; an empty note leaves the text."""
        note = self._ask(note_messages(item, question=question, today=today), NOTE_TOKENS, replies).text.strip()
        return replace(item, note=note, facts=(), turns=()) if note else item

    def _ask(self, messages: tuple[ChatMessage, ...], max_tokens: int, replies: list[ChatReply]) -> ChatReply:
        reply = self._model.chat(ChatRequest(messages, max_tokens=max_tokens))
        replies.append(reply)
        return reply


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
