"""LoCoMo as a corpus: every turn is a note, all conversations in one memory."""

from __future__ import annotations

from pathlib import Path

from memsvc_evals.locomo.conversation import Category, Conversation
from memsvc_evals.locomo.schema import read_conversations
from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusKind, CorpusNote, CorpusQuestion, Turn

__all__ = ["locomo_corpus"]


def locomo_corpus(path: Path, *, seed: int, limit: int) -> Corpus:
    """Return whole conversations in the file's order while they fit in `limit`, always the first."""
    del seed  # a conversation is taken whole or not at all
    notes: list[CorpusNote] = []
    questions: list[CorpusQuestion] = []
    for conversation in read_conversations(path):
        found = _notes(conversation)
        if notes and len(notes) + len(found) > limit:
            break
        notes += found
        questions += _questions(conversation)
    return Corpus(path.name.split(".")[0], CorpusKind.DIALOGUE, tuple(notes), tuple(questions))


def _notes(conversation: Conversation) -> list[CorpusNote]:
    # Both speakers are people: a turn of either is a user's, and begins a note of its own.
    return [
        CorpusNote(
            id=f"{conversation.id}/{turn.dia_id}",
            session=f"{conversation.id}/{session.number}",
            turns=(Turn("user", turn.document),),
        )
        for session in conversation.sessions
        for turn in session.turns
    ]


def _questions(conversation: Conversation) -> list[CorpusQuestion]:
    speakers = {turn.speaker for session in conversation.sessions for turn in session.turns}
    return [
        CorpusQuestion(
            id=question.id,
            text=question.text,
            gold=tuple(f"{conversation.id}/{dia_id}" for dia_id in question.evidence),
            answer=question.answer or "",
            term=next((name for name in sorted(speakers) if name in question.text), ""),
        )
        for question in conversation.questions
        if question.evidence and question.category is not Category.ADVERSARIAL
    ]
