"""TiM's loop without a model: recall, answer as the data does, then think and remember."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Protocol

from memsvc_evals.gvd.dialogues import Dialogue, User
from memsvc_evals.gvd.scoring import Asked, Found

__all__ = ["Agent", "UserRun", "asked_on", "run_user", "started"]


class Agent(Protocol):
    """A memory that is talked to; raises rather than give half an answer."""

    def recall(self, user: User, question: str, *, k: int, at: datetime) -> Sequence[Found]:
        """Return the rounds found, best first, each once."""

    def remember(self, user: User, dialogue: Dialogue, *, rounds: int) -> int:
        """Store the day's first `rounds` rounds, think about the new one, and return how many thoughts came."""

    def forget_user(self, user: User) -> None: ...


@dataclass(frozen=True, slots=True)
class UserRun:
    """A user's loop over all days; `recall_seconds` and `turn_seconds` are one for each recall and round."""

    asked: tuple[Asked, ...]
    unanswerable: int
    rounds: int
    thoughts: int
    recall_seconds: tuple[float, ...]
    turn_seconds: tuple[float, ...]


def started(day: date) -> datetime:
    """Return the time that a day's dialogue is given: the data has days only."""
    return datetime.combine(day, time(12), UTC)


def asked_on(user: User) -> datetime:
    """Return when the probing questions are asked: the day after the last dialogue."""
    return started(max(dialogue.day for dialogue in user.dialogues)) + timedelta(days=1)


def run_user(agent: Agent, user: User, *, k: int, on_step: Callable[[], None]) -> UserRun:
    """Live through the user's days, each round recalled for, answered, thought about; then ask the questions."""
    recalls: list[float] = []
    turns: list[float] = []
    thoughts = 0
    for dialogue in user.dialogues:
        for number, exchange in enumerate(dialogue.rounds, start=1):
            begin = perf_counter()
            agent.recall(user, exchange.query, k=k, at=started(dialogue.day))
            recalls.append(perf_counter() - begin)
            thoughts += agent.remember(user, dialogue, rounds=number)
            turns.append(perf_counter() - begin)
            on_step()
    answerable = [question for question in user.questions if question.evidence]
    asked = []
    for question in answerable:
        begin = perf_counter()
        found = tuple(agent.recall(user, question.text, k=k, at=asked_on(user)))
        recalls.append(perf_counter() - begin)
        asked.append(Asked(user, question, found))
        on_step()
    agent.forget_user(user)
    unanswerable = len(user.questions) - len(answerable)
    return UserRun(tuple(asked), unanswerable, len(turns), thoughts, tuple(recalls), tuple(turns))
