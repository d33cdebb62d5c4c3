"""The official reading of a turn ranking as a session ranking."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["effective_cut", "session_part"]


def session_part(turn_id: str) -> str:
    """Return a turn's id without its last `_x`: `noans_s` and `answer_s` stay different sessions."""
    return turn_id.rpartition("_")[0]


def effective_cut(ranking: Sequence[int], sessions: Sequence[str], k: int) -> int:
    """Return the least cut >= k of the turn ranking that shows k distinct sessions (or all there are)."""
    seen: set[str] = set()
    for rank, index in enumerate(ranking, 1):
        seen.add(sessions[index])
        if rank >= k and len(seen) >= k:
            return rank
    return max(k, len(ranking))
