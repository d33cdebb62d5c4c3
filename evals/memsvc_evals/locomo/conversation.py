"""A LoCoMo conversation with its questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

__all__ = ["Category", "Conversation", "LocomoQuestion", "LocomoSession", "LocomoTurn", "Observation"]


class Category(IntEnum):
    """The file's numbers of the kinds of question."""

    MULTI = 1
    TEMPORAL = 2
    OPEN = 3
    SINGLE = 4
    ADVERSARIAL = 5


@dataclass(frozen=True, slots=True)
class LocomoTurn:
    """One turn; `caption` describes the image that it shows, '' without one."""

    dia_id: str
    speaker: str
    text: str
    caption: str = ""

    @property
    def document(self) -> str:
        """The text that is remembered: answers may stand in captions only."""
        said = f"{self.speaker}: {self.text}"
        return f"{said} [image: {self.caption}]" if self.caption else said


@dataclass(frozen=True, slots=True)
class Observation:
    """What the authors' model says of a speaker in a session; `evidence` holds existing turns and is not empty."""

    session: int
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocomoSession:
    number: int
    at: datetime
    turns: tuple[LocomoTurn, ...]


@dataclass(frozen=True, slots=True)
class LocomoQuestion:
    """A question; `evidence` holds existing turns only, `answer` is None in most of category 5.

    The file's `adversarial_answer` is not here: it is the trap, and nothing may be scored against it.
    """

    id: str
    category: Category
    text: str
    answer: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, its sessions in the order of their numbers."""

    id: str
    sessions: tuple[LocomoSession, ...]
    questions: tuple[LocomoQuestion, ...]
    observations: tuple[Observation, ...] = ()
