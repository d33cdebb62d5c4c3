"""What a GVD run works with: users, their dated dialogues, and questions with the rounds that answer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["Dialogue", "Evidence", "Exchange", "Question", "User"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A round: what the user said and what was answered."""

    query: str
    response: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """All rounds of a user's day."""

    day: date
    rounds: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A round that answers a question: one of that day in which the phrase stands, whatever its case."""

    day: date
    phrase: str

    def is_in(self, day: date, text: str) -> bool:
        return day == self.day and self.phrase.casefold() in text.casefold()


@dataclass(frozen=True, slots=True)
class Question:
    """A probing question; any one piece of evidence answers it, and without any nothing does."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class User:
    name: str
    dialogues: tuple[Dialogue, ...]
    questions: tuple[Question, ...]
