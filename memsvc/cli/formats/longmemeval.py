"""LongMemEval files: the haystack sessions of every question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from memsvc.cli.formats.entries import Place, Refused, entry_of
from memsvc.errors import InvalidInput
from memsvc.wire import NewSession

if TYPE_CHECKING:
    from memsvc_evals.longmemeval.question import Question

__all__ = ["read_longmemeval"]


def read_longmemeval(path: Path, *, prefix: str | None) -> Iterator[Place]:
    """Yield the sessions question by question; with a prefix, each question has a namespace of its own.

    Turns without text are left out. What is malformed is refused by question and field, and ends the reading:
    the questions before it are kept.
    """
    try:
        from memsvc_evals.longmemeval.schema import read_questions
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f'reading LongMemEval files needs {error.name}; install it with: pip install "memsvc[evals]"'
        ) from error
    try:
        for question in read_questions(path):
            yield from _sessions(question, None if prefix is None else prefix + question.id)
    except InvalidInput as error:
        yield Refused("the rest", error.code, error.detail)


def _sessions(question: Question, namespace: str | None) -> Iterator[Place]:
    for session in question.haystack:
        turns = [{"role": turn.role, "content": turn.content} for turn in session.turns if turn.content.strip()]
        if turns:
            fields = {"id": session.id, "started_at": session.at, "turns": turns}
            place = f"question {question.id}, session {session.id}"
            yield entry_of(NewSession, fields, place, namespace=namespace)
