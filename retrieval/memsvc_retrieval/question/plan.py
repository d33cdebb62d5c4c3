"""What a question's own text says about how to look for its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from memsvc_retrieval.question.routing import asks_for_advice
from memsvc_retrieval.temporal.ranges import TimeRange, question_range

__all__ = ["Plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class Plan:
    """`statements`: whether what the user told of himself counts more; `when`: the time asked about."""

    statements: bool = True
    when: TimeRange | None = None


def plan_of(question: str, asked_at: datetime) -> Plan:
    """Plan by rules: who asks for advice shares no words with a statement, but a topic with whole turns."""
    return Plan(statements=not asks_for_advice(question), when=question_range(question, asked_at))
