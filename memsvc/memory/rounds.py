"""Sessions into rounds: a user turn with the replies to it, the default unit of value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.drafts import NewTurn
from memsvc.domain.notes import TurnSpan
from memsvc.guard.normalize import normalised

__all__ = ["SEPARATOR", "Round", "extend_digest", "split_rounds"]

SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Round:
    """`position` is the index of its first turn in the whole session, from 0.

    `content` is normalised, `sent` are the turns as they were sent, parallel to `turns`.
    """

    position: int
    content: str
    turns: tuple[TurnSpan, ...]
    sent: tuple[NewTurn, ...]

    @property
    def at(self) -> datetime | None:
        return self.sent[0].at

    @property
    def original(self) -> str | None:
        """Return what was sent, where that is another text."""
        content = SEPARATOR.join(turn.content for turn in self.sent)
        return None if content == self.content else content


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
        texts = [normalised(turn.content) for turn in group]
        if any(text.strip() for text in texts):
            rounds.append(_join(group, texts, position))
        position += len(group)
    return rounds


def _join(group: Sequence[NewTurn], texts: Sequence[str], position: int) -> Round:
    spans = []
    start = 0
    for turn, text in zip(group, texts, strict=True):
        end = start + len(text)
        spans.append(TurnSpan(turn.role, start, end))
        start = end + len(SEPARATOR)
    return Round(position, SEPARATOR.join(texts), tuple(spans), tuple(group))


def extend_digest(digest: str, turns: Iterable[NewTurn]) -> str:
    """Return the digest of a session's turns, continued by more turns; '' is the digest of none.

    It is of the turns as they were sent, not normalised, so that whoever sends them again is known, however
    normalising may change.
    """
    for turn in turns:
        chain = hashlib.sha256(digest.encode())
        for part in (turn.role, turn.content):
            data = part.encode()
            chain.update(len(data).to_bytes(8, "big"))
            chain.update(data)
        digest = chain.hexdigest()
    return digest
