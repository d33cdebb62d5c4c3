"""The documents of a question as the official code makes them, with the labels that sit in their ids."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc_evals.longmemeval.question import LmeSession, Question

__all__ = ["Corpora", "Document", "build_corpora", "gold_ids", "has_labelled_user_turn"]


@dataclass(frozen=True, slots=True)
class Document:
    """`session` is the position in the haystack, `turn` the position in the session (None: whole session)."""

    id: str
    text: str
    session: int
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class Corpora:
    """What is ranked for one question: session documents and user-turn documents, in the file's order."""

    sessions: tuple[Document, ...]
    turns: tuple[Document, ...]


def build_corpora(question: Question) -> Corpora:
    """Return the official session and turn documents; assistant turns are never documents."""
    sessions = tuple(_session_document(i, session) for i, session in enumerate(question.haystack))
    turns = tuple(
        document for i, session in enumerate(question.haystack) for document in _turn_documents(i, session)
    )
    return Corpora(sessions, turns)


def _session_document(position: int, session: LmeSession) -> Document:
    user = [turn for turn in session.turns if turn.role == "user"]
    labelled = any(turn.has_answer for turn in user)
    return Document(_labelled_id(session.id, labelled), " ".join(turn.content for turn in user), position)


def _turn_documents(position: int, session: LmeSession) -> list[Document]:
    return [
        Document(f"{_labelled_id(session.id, bool(turn.has_answer))}_{i + 1}", turn.content, position, i)
        for i, turn in enumerate(session.turns)
        if turn.role == "user"
    ]


def _labelled_id(session: str, labelled: bool) -> str:
    return session if labelled else session.replace("answer", "noans")


def gold_ids(documents: tuple[Document, ...]) -> frozenset[str]:
    """Return the official gold: every id that still contains `answer`."""
    return frozenset(document.id for document in documents if "answer" in document.id)


def has_labelled_user_turn(question: Question) -> bool:
    """Return whether the official run scores the question at all (abstention apart)."""
    return any(turn.has_answer and turn.role == "user" for s in question.haystack for turn in s.turns)
