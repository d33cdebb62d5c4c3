"""Sessions ranked by their notes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows, SessionCandidate

__all__ = ["rank_sessions"]


def rank_sessions(
    rows: Rows, weights: NDArray[np.float64], session_of: Mapping[int, int], *, decay: float
) -> tuple[SessionCandidate, ...]:
    """Rank sessions by sum over their notes, best first, of decay**i times the note's weight, i from 0.

    Notes without a session are left out. Ties by ascending session row.
    """
    scores: dict[int, float] = {}
    notes: dict[int, list[int]] = {}
    for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
        session = session_of.get(row)
        if session is None:
            continue
        found = notes.setdefault(session, [])
        scores[session] = scores.get(session, 0.0) + weight * decay ** len(found)
        found.append(row)
    order = sorted(scores, key=lambda session: (-scores[session], session))
    return tuple(SessionCandidate(session, scores[session], tuple(notes[session])) for session in order)
