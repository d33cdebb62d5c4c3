"""Find time expressions in English text and resolve them against the time of speaking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from memsvc_retrieval.temporal.absolute import ABSOLUTE
from memsvc_retrieval.temporal.holidays import HOLIDAYS
from memsvc_retrieval.temporal.intervals import Anchor, Days, Lean
from memsvc_retrieval.temporal.months import MONTHS_AND_YEARS
from memsvc_retrieval.temporal.relative import RELATIVE
from memsvc_retrieval.temporal.rules import Kind, Rule
from memsvc_retrieval.temporal.spans import SPANS, TO
from memsvc_retrieval.temporal.weekdays import WEEKDAYS

__all__ = ["TimeExpression", "find_expressions"]

_OPENING: Final = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_JOINT: Final = re.compile(TO, re.IGNORECASE)
_SINCE: Final = re.compile(r"\b(?:ever\s+)?since\s+(?:the\s+)?$|^since\b", re.IGNORECASE)
_LOOK_BACK: Final = 20


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time that text[begin:stop] means: [start, end), whole days in the zone of the anchor."""

    kind: Kind
    start: datetime
    end: datetime
    begin: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Kind
    days: Days
    begin: int
    stop: int


def find_expressions(text: str, anchor: datetime, *, lean: Lean = "past") -> tuple[TimeExpression, ...]:
    """Find the time expressions of a text, in order and without overlap; the longer of two wins.

    A date without a year is the last one at `anchor`, or the nearest one with `lean` "nearest". Days are those of
    the anchor's own zone. Weeks begin on Monday, seasons are northern, "5/3" is May 3rd.
    """
    at = Anchor(anchor.date(), lean)
    alone = _longest(found for each in _RULES for found in _matches(each, text, at))
    return tuple(
        TimeExpression(
            found.kind,
            _midnight(found.days.first, anchor),
            _midnight(found.days.after, anchor),
            found.begin,
            found.stop,
        )
        for found in (_opened(each, text, at) for each in _joined(alone, text))
    )


def _midnight(on: date, anchor: datetime) -> datetime:
    return datetime.combine(on, time(tzinfo=anchor.tzinfo))


def _matches(each: Rule, text: str, at: Anchor) -> Iterator[_Found]:
    for match in each.pattern.finditer(text):
        try:
            days = each.resolve(match, at)
        except (ValueError, OverflowError):
            continue
        if days is not None:
            yield _Found(each.kind, days, match.start(), match.end())


def _longest(found: Iterator[_Found]) -> list[_Found]:
    kept: list[_Found] = []
    for one in sorted(found, key=lambda each: (each.begin, -each.stop)):
        if not kept or one.begin >= kept[-1].stop:
            kept.append(one)
        elif one.stop - one.begin > kept[-1].stop - kept[-1].begin:
            kept[-1] = one
    return kept


def _joined(found: list[_Found], text: str) -> list[_Found]:
    """Make one of two that "between X and Y" or "from X to Y" holds."""
    joined: list[_Found] = []
    for one in found:
        before = joined[-1] if joined else None
        if (
            before is not None
            and _JOINT.fullmatch(text, before.stop, one.begin)
            and _OPENING.search(text, max(0, before.begin - _LOOK_BACK), before.begin)
            and before.days.first < one.days.after
        ):
            joined[-1] = _Found("span", Days(before.days.first, one.days.after), before.begin, one.stop)
        else:
            joined.append(one)
    return joined


def _opened(found: _Found, text: str, at: Anchor) -> _Found:
    """Let "since X" run up to the anchor."""
    said = _SINCE.search(text[max(0, found.begin - _LOOK_BACK) : found.begin]) or _SINCE.match(
        text[found.begin : found.stop]
    )
    if said and found.days.after <= at.day < date.max:
        return _Found("span", Days(found.days.first, at.day + timedelta(days=1)), found.begin, found.stop)
    return found


_RULES: Final[tuple[Rule, ...]] = (*RELATIVE, *WEEKDAYS, *MONTHS_AND_YEARS, *ABSOLUTE, *HOLIDAYS, *SPANS)
