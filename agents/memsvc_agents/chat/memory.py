"""What the agent needs of a memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memsvc.domain.recall import Influence

__all__ = ["ChatMemory", "Kept", "Memory", "Said"]


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory that was recalled; `at` is when it was said, `score` how well it matched.

    What has less than full `influence` is shown to the model as quoted evidence.
    """

    id: str
    text: str = field(repr=False)
    at: datetime
    score: float
    influence: Influence = Influence.FULL


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of the talk at hand."""

    role: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a round: its notes, and how many thoughts; `degraded` says what could not be done."""

    notes: tuple[str, ...]
    thoughts: int
    degraded: tuple[str, ...] = ()


class ChatMemory(Protocol):
    def recall(self, question: str, *, k: int) -> Sequence[Memory]:
        """Return the k best memories, best first."""

    def keep(self, turns: Sequence[Said], *, recalled: Sequence[str]) -> Kept:
        """Store the turns as the newest of the session, and think about them.

        `recalled` are the ids of the memories that the answer was made from: what repeats them is no new thought.
        """
