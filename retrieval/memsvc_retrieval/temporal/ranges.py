"""The time that a question asks about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from memsvc_retrieval.temporal.expressions import TimeExpression, find_expressions

__all__ = ["TimeRange", "question_range", "quoted"]

_MARGIN: Final = timedelta(days=2)
_QUOTED: Final = re.compile(r"\"[^\"]{1,200}\"|“[^”]{1,200}”|(?<!\w)['‘][^'’]{1,200}['’](?!\w)")
# What lies before or after a time is not asked for at that time.
_OUTSIDE: Final = re.compile(
    r"\b(?:before|after|until|till|by|prior\s+to|than|as\s+of)(?:\s+(?:the|my|our))?\s*$|^(?:before|after|until|by)\b",
    re.IGNORECASE,
)
_LOOK_BACK: Final = 24
_PAST: Final = re.compile(r"\b(?:did|was|were|had)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The times from `start` up to, without, `end`."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Say whether a time lies in the range."""
        return self.start <= at < self.end


def question_range(question: str, asked: datetime) -> TimeRange | None:
    """Return the time that a question asks about, two days wider at both ends, or None.

    As in LongMemEval (section on time-aware query expansion) a range that begins on the day of the question says
    nothing; nor does one yet to come, one in quotes, or one that only bounds the time asked about. Of several the
    hull is taken.
    """
    titles, past = quoted(question), _PAST.search(question) is not None
    found = [
        each
        for each in find_expressions(question, asked)
        if _asked_about(each, question, past=past)
        and each.start.date() < asked.date()
        and not _inside(each, titles)
    ]
    if not found:
        return None
    try:
        return TimeRange(min(each.start for each in found) - _MARGIN, max(each.end for each in found) + _MARGIN)
    except OverflowError:
        return None


def quoted(text: str) -> tuple[tuple[int, int], ...]:
    """Return where quotations lie, as [begin, stop)."""
    return tuple(match.span() for match in _QUOTED.finditer(text))


def _inside(found: TimeExpression, spans: tuple[tuple[int, int], ...]) -> bool:
    return any(begin <= found.begin and found.stop <= stop for begin, stop in spans)


def _asked_about(found: TimeExpression, question: str, *, past: bool) -> bool:
    if found.kind == "weekday" and question[found.begin : found.begin + 2].lower() == "on" and not past:
        return False
    if _OUTSIDE.match(question[found.begin : found.stop]):
        return False
    return not _OUTSIDE.search(question[max(0, found.begin - _LOOK_BACK) : found.begin])
