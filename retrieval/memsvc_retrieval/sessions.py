"""Sessions ranked by their notes."""

from __future__ import annotations

from collections.abc import Mapping

from memsvc.ports.ranking import Ranked, SessionCandidate

__all__ = ["rank_sessions"]


def rank_sessions(fused: Ranked, session_of: Mapping[int, int], *, decay: float) -> tuple[SessionCandidate, ...]:
    """Rank sessions by sum over their notes, best first, of decay**i times the note's score, i from 0.

    Notes without a session are left out. Ties by ascending session row.
    """
    scores: dict[int, float] = {}
    notes: dict[int, list[int]] = {}
    for row, score in zip(fused.rows.tolist(), fused.scores.tolist(), strict=True):
        session = session_of.get(row)
        if session is None:
            continue
        found = notes.setdefault(session, [])
        scores[session] = scores.get(session, 0.0) + score * decay ** len(found)
        found.append(row)
    order = sorted(scores, key=lambda session: (-scores[session], session))
    return tuple(SessionCandidate(session, scores[session], tuple(notes[session])) for session in order)
