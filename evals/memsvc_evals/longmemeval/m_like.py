"""Haystacks of the size of LongMemEval_M's, rebuilt from the sessions of a smaller file."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.question import LmeSession, LmeTurn, Question
from memsvc_evals.longmemeval.schema import read_questions

__all__ = ["SEED", "SESSIONS", "Filler", "collect_filler", "enlarge", "read_m_like"]

SEED = 7
SESSIONS = 475
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Filler:
    """A session that is evidence for no question of the file."""

    id: str
    turns: tuple[LmeTurn, ...]


def read_m_like(path: Path, seed: int) -> Iterator[Question]:
    """Yield the file's questions with haystacks of 475 sessions; reads the file twice.

    Memory holds each filler session once, and one haystack. Raises InvalidInput as `read_questions` does, before
    the first question wherever the file is wrong.
    """
    filler = collect_filler(read_questions(path))
    for question in read_questions(path):
        yield enlarge(question, filler, seed)


def collect_filler(questions: Iterable[Question]) -> tuple[Filler, ...]:
    """Return the distinct sessions that are evidence for none of the questions, sorted by id."""
    turns: dict[str, tuple[LmeTurn, ...]] = {}
    evidence: set[str] = set()
    for question in questions:
        evidence.update(question.answer_session_ids)
        for session in question.haystack:
            turns.setdefault(session.id, session.turns)
    return tuple(Filler(name, turns[name]) for name in sorted(turns.keys() - evidence))


def enlarge(question: Question, filler: Sequence[Filler], seed: int, *, sessions: int = SESSIONS) -> Question:
    """Return the question with its own sessions, each id once, and sampled filler behind them.

    Dates of filler are drawn, to the minute, from the span of the question's own. The sample depends on the seed,
    the question's id and the ids of the filler. Raises InvalidInput when there is too little filler.
    """
    own = {session.id: session for session in reversed(question.haystack)}
    kept = [session for session in question.haystack if own[session.id] is session]
    others = [session for session in filler if session.id not in own]
    missing = max(0, sessions - len(own))
    if missing > len(others):
        raise InvalidInput(
            f"question {question.id}: a haystack of {sessions} sessions needs {missing} of other questions, "
            f"and the file has {len(others)}"
        )
    rng = random.Random(f"{seed}:{question.id}")
    sampled = rng.sample(others, missing)
    first, last = min(session.at for session in kept), max(session.at for session in kept)
    minutes = int((last - first).total_seconds()) // 60
    drawn = [_dated(session, first + timedelta(minutes=rng.randint(0, minutes))) for session in sampled]
    return replace(question, haystack=(*kept, *drawn))


def _dated(session: Filler, at: datetime) -> LmeSession:
    return LmeSession(session.id, f"{at:%Y/%m/%d} ({_WEEKDAYS[at.weekday()]}) {at:%H:%M}", at, session.turns)
