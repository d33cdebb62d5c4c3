"""What keys are drawn from: a session as a whole, or a user turn with the replies to it."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.notes import TurnSpan
from memsvc.memory.rounds import SEPARATOR
from memsvc.ports.retrieval import Passage
from memsvc_evals.longmemeval.question import LmeSession, LmeTurn

__all__ = ["round_passage", "session_passage"]


def session_passage(session: LmeSession) -> Passage:
    """Return the passage of all turns."""
    return _passage(session, session.turns)


def round_passage(session: LmeSession, turn: int) -> Passage:
    """Return the passage of a user turn and what follows it up to the next one."""
    end = turn + 1
    while end < len(session.turns) and session.turns[end].role != "user":
        end += 1
    return _passage(session, session.turns[turn:end])


def _passage(session: LmeSession, turns: Sequence[LmeTurn]) -> Passage:
    spans, start = [], 0
    for turn in turns:
        spans.append(TurnSpan(turn.role, start, start + len(turn.content)))
        start += len(turn.content) + len(SEPARATOR)
    return Passage(SEPARATOR.join(turn.content for turn in turns), tuple(spans), session.at)
