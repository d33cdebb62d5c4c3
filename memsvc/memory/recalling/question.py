"""The question, and what of it is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from memsvc.domain.notes import TRUST_OF_ORIGIN, Origin
from memsvc.domain.policies import GuardPolicy, Unlabelled
from memsvc.domain.recall import InfluenceReason, RecallQuery
from memsvc.guard.normalize import normalised
from memsvc.guard.origin import least_trusted

__all__ = ["Question", "Range", "question_of", "without"]

Range: TypeAlias = tuple[int, int]
"""A half-open range of characters."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question: `trusted` are the ranges of its text, ascending, by which a note may get full influence.

    What nothing in them finds is evidence at most, for the reason that it `lacks`.
    """

    text: str = field(repr=False)
    trusted: tuple[Range, ...]
    lacks: InfluenceReason

    @property
    def trusted_text(self) -> str | None:
        """Return the trusted part, None when there is no word in it."""
        parts = " ".join(self.text[start:end].strip() for start, end in self.trusted)
        return parts if any(character.isalnum() for character in parts) else None

    @property
    def is_trusted(self) -> bool:
        """Return whether all of it is trusted."""
        return self.trusted == ((0, len(self.text)),)


def question_of(query: RecallQuery, policy: GuardPolicy) -> Question:
    """Return the question with what its spans, its caller and the namespace's policy say of it."""
    spans = [(normalised(span.text), least_trusted((span.origin, query.caller))) for span in query.spans]
    if not spans:
        nobodys = policy.unlabelled is Unlabelled.UNTRUSTED
        spans = [(normalised(query.text), Origin.UNTRUSTED_DOCUMENT if nobodys else query.caller)]
    least = TRUST_OF_ORIGIN[policy.full_influence_from]
    trusted: list[Range] = []
    at = 0
    for text, origin in spans:
        if TRUST_OF_ORIGIN[origin] >= least:
            trusted.append((at, at + len(text)))
        at += len(text) + 1
    some = bool(trusted)
    lacks = InfluenceReason.UNTRUSTED_SPAN if some else InfluenceReason.NO_TRUSTED_SPAN
    return Question(" ".join(text for text, _ in spans), _joined(trusted), lacks)


def without(question: Question, flagged: Sequence[Range]) -> Question:
    """Return the question with these ranges of it untrusted; the reason is theirs if all else is trusted."""
    if not flagged:
        return question
    left = list(question.trusted)
    for start, end in flagged:
        left = [part for low, high in left for part in ((low, min(high, start)), (max(low, end), high))]
        left = [(low, high) for low, high in left if low < high]
    if tuple(left) == question.trusted:
        return question
    lacks = InfluenceReason.FLAGGED_SPAN if question.is_trusted else question.lacks
    return Question(question.text, tuple(left), lacks)


def _joined(ranges: Sequence[Range]) -> tuple[Range, ...]:
    """Return ranges with those joined that only a space parts."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start - 1:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
