"""Times told from the day of speaking: days, counts of units, running and calendar periods."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from memsvc_retrieval.temporal.intervals import Anchor, Days, around, day, month_of_day, shift_months, week, year
from memsvc_retrieval.temporal.rules import Rule, rule
from memsvc_retrieval.temporal.words import COUNT, count_of

__all__ = ["RELATIVE"]

_UNIT: Final = "(?P<unit>day|week|month|year)"
_NAMED_DAYS: Final = {
    "the day before yesterday": -2,
    "day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
}
# A count of units is round: it may be half a unit off.
_HALF_UNIT: Final = {"day": 0, "week": 3, "month": 15, "year": 182}


def _moved(on: date, unit: str, count: int) -> date:
    if unit in ("day", "week"):
        return on + timedelta(days=count * (7 if unit == "week" else 1))
    return shift_months(on, count * (12 if unit == "year" else 1))


def _named_day(match: re.Match[str], anchor: Anchor) -> Days:
    return day(anchor.day + timedelta(days=_NAMED_DAYS[" ".join(match[0].lower().split())]))


def _ago(match: re.Match[str], anchor: Anchor) -> Days:
    unit = match["unit"].lower()
    fewest, most = count_of(match["count"])
    half = _HALF_UNIT[unit]
    first = around(_moved(anchor.day, unit, -most), days=half).first
    return Days(first, around(_moved(anchor.day, unit, -fewest), days=half).after)


def _ahead(match: re.Match[str], anchor: Anchor) -> Days:
    unit = match["unit"].lower()
    fewest, most = count_of(match["count"])
    half = _HALF_UNIT[unit]
    first = around(_moved(anchor.day, unit, fewest), days=half).first
    return Days(first, around(_moved(anchor.day, unit, most), days=half).after)


def _rolling(match: re.Match[str], anchor: Anchor) -> Days:
    _, most = count_of(match["count"] or "one")
    return Days(_moved(anchor.day, match["unit"].lower(), -most), day(anchor.day).after)


def _period(match: re.Match[str], anchor: Anchor) -> Days:
    unit = match["unit"].lower()
    steps = {"this": 0, "next": 1}.get(match["which"].lower(), -1)
    if unit == "week":
        return week(_moved(anchor.day, unit, steps))
    if unit == "month":
        return month_of_day(_moved(anchor.day, unit, steps))
    return year(anchor.day.year + steps)


RELATIVE: Final[tuple[Rule, ...]] = (
    rule("day", "|".join(_NAMED_DAYS).join(("(?:", ")")), _named_day),
    rule("ago", rf"(?P<count>{COUNT}) {_UNIT}s? (?:ago|back)", _ago),
    rule("ahead", rf"(?P<count>{COUNT}) {_UNIT}s? from (?:now|today)", _ahead),
    # "the last month" runs up to now, "last month" is the month in the calendar.
    rule("rolling", rf"(?:last|past) (?P<count>{COUNT}) {_UNIT}s?", _rolling),
    rule("rolling", rf"(?:the last|(?:(?:the|this) )?past) (?P<count>){_UNIT}(?! of\b)", _rolling),
    rule("period", r"(?P<which>last|previous|this|next) (?P<unit>week|month|year)", _period),
)
