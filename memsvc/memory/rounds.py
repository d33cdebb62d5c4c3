"""Sessions into rounds: a user turn with the replies to it, the default unit of value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.drafts import NewTurn
from memsvc.domain.notes import TurnSpan

__all__ = ["SEPARATOR", "Round", "extend_digest", "split_rounds"]

SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Round:
    """`position` is the index of its first turn in the whole session, from 0."""

    position: int
    content: str
    turns: tuple[TurnSpan, ...]
    at: datetime | None


def split_rounds(turns: Sequence[NewTurn], *, first: int) -> list[Round]:
    """Split turns, of which the first has index `first` in its session; blank rounds are left out.

    A user turn begins a round; turns before the first user turn form a round of their own.
    """
    groups: list[list[NewTurn]] = []
    for turn in turns:
        if turn.role == "user" or not groups:
            groups.append([])
        groups[-1].append(turn)
    rounds = []
    position = first
    for group in groups:
        if any(turn.content.strip() for turn in group):
            rounds.append(_join(group, position))
        position += len(group)
    return rounds


def _join(group: Sequence[NewTurn], position: int) -> Round:
    spans = []
    start = 0
    for turn in group:
        end = start + len(turn.content)
        spans.append(TurnSpan(turn.role, start, end))
        start = end + len(SEPARATOR)
    content = SEPARATOR.join(turn.content for turn in group)
    return Round(position, content, tuple(spans), group[0].at)


def extend_digest(digest: str, turns: Iterable[NewTurn]) -> str:
    """Return the digest of a session's turns, continued by more turns; '' is the digest of none."""
    for turn in turns:
        chain = hashlib.sha256(digest.encode())
        for part in (turn.role, turn.content):
            data = part.encode()
            chain.update(len(data).to_bytes(8, "big"))
            chain.update(data)
        digest = chain.hexdigest()
    return digest
