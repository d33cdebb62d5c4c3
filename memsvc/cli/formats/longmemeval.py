"""LongMemEval files: the haystack sessions of every question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from memsvc.cli.formats.entries import Place, entry_of
from memsvc.errors import InvalidInput
from memsvc.wire import NewSession

__all__ = ["read_longmemeval"]


def read_longmemeval(path: Path, *, prefix: str | None) -> Iterator[Place]:
    """Yield the sessions question by question; with a prefix, each question has a namespace of its own.

    Turns without text are left out. Raises InvalidInput that names the question and the field.
    """
    try:
        from memsvc_evals.longmemeval.schema import read_questions
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f'reading LongMemEval files needs {error.name}; install it with: pip install "memsvc[evals]"'
        ) from error
    for question in read_questions(path):
        namespace = None if prefix is None else prefix + question.id
        for session in question.haystack:
            turns = [
                {"role": turn.role, "content": turn.content} for turn in session.turns if turn.content.strip()
            ]
            if turns:
                fields = {"id": session.id, "started_at": session.at, "turns": turns}
                yield entry_of(
                    NewSession, fields, f"question {question.id}, session {session.id}", namespace=namespace
                )
