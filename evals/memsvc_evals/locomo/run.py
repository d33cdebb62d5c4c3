"""One run: stream the conversations, remember each, recall its questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

from memsvc.errors import InvalidInput
from memsvc_evals.locomo.conversation import Category, Conversation, LocomoQuestion
from memsvc_evals.locomo.schema import read_conversations

__all__ = ["CUTS", "ConversationRun", "Conversations", "QuestionRun", "count_questions", "run_conversations"]

CUTS = (5, 10, 20)


class Conversations(Protocol):
    """What remembers conversations and recalls their turns; raises rather than give half an answer."""

    @property
    def embedded(self) -> Callable[[], int]:
        """How many texts the model has embedded so far."""

    def remember(self, conversation: Conversation) -> int:
        """Store a conversation; return the number of notes."""

    def recall(self, conversation: Conversation, text: str, *, k: int) -> list[str]:
        """Return dia_ids, best first."""

    def erase(self, conversation: Conversation) -> None: ...


@dataclass(frozen=True, slots=True)
class QuestionRun:
    """The turns that a question found, best first; `evidence` is not empty."""

    id: str
    category: Category
    evidence: tuple[str, ...]
    ranking: tuple[str, ...]
    seconds: float

    def recall(self, k: int) -> float:
        """Return the fraction of evidence turns among the first k."""
        return len(set(self.evidence).intersection(self.ranking[:k])) / len(self.evidence)


@dataclass(frozen=True, slots=True)
class ConversationRun:
    """One conversation's questions; `skipped` are those without evidence, which nothing can find."""

    id: str
    questions: tuple[QuestionRun, ...]
    skipped: tuple[str, ...]
    notes: int
    embedded: int
    ingest_seconds: float


def count_questions(path: Path) -> int:
    """Return the number of questions, having checked the whole file; raises InvalidInput."""
    return sum(len(conversation.questions) for conversation in read_conversations(path))


def run_conversations(
    path: Path,
    conversations: Conversations,
    *,
    limit: int | None = None,
    on_question: Callable[[], None] = lambda: None,
) -> list[ConversationRun]:
    """Run the first `limit` questions of the file; one conversation is in memory and in the store at a time.

    Raises InvalidInput for a wrong file, and when no question has evidence.
    """
    runs = [
        _run(conversation, questions, conversations, on_question)
        for conversation, questions in _limited(read_conversations(path), limit)
    ]
    if not any(run.questions for run in runs):
        raise InvalidInput(f"{path.name}: no question has evidence that is among the turns")
    return runs


def _limited(
    conversations: Iterator[Conversation], limit: int | None
) -> Iterator[tuple[Conversation, tuple[LocomoQuestion, ...]]]:
    left = limit
    for conversation in conversations:
        questions = conversation.questions[:left]
        if questions:
            yield conversation, questions
        if left is not None:
            left -= len(questions)
            if left == 0:
                return


def _run(
    conversation: Conversation,
    questions: tuple[LocomoQuestion, ...],
    conversations: Conversations,
    on_question: Callable[[], None],
) -> ConversationRun:
    before = conversations.embedded()
    start = perf_counter()
    notes = conversations.remember(conversation)
    ingested = perf_counter() - start
    found = []
    for question in questions:
        if question.evidence:
            found.append(_ask(conversation, question, conversations))
        on_question()
    conversations.erase(conversation)
    return ConversationRun(
        id=conversation.id,
        questions=tuple(found),
        skipped=tuple(question.id for question in questions if not question.evidence),
        notes=notes,
        embedded=conversations.embedded() - before,
        ingest_seconds=ingested,
    )


def _ask(conversation: Conversation, question: LocomoQuestion, conversations: Conversations) -> QuestionRun:
    start = perf_counter()
    ranking = conversations.recall(conversation, question.text, k=max(CUTS))
    seconds = perf_counter() - start
    return QuestionRun(question.id, question.category, question.evidence, tuple(ranking), seconds)
