"""When a sentence says that something was, and the same told in it for who does not know the day of speaking."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from memsvc_retrieval.temporal.expressions import TimeExpression, find_expressions

__all__ = ["dated"]

_LONGEST: Final = timedelta(days=400)
_HINT: Final = re.compile(
    r"[0-9]|\b(?:ago|yesterday|to(?:day|night|morrow)|last|past|this|next|\w+day|january|february|march|april|may|"
    r"june|july|august|september|october|november|december|spring|summer|autumn|fall|winter|christmas|easter|"
    r"halloween|thanksgiving)\b",
    re.IGNORECASE,
)
_RELATIVE: Final = re.compile(
    r"\b(?:ago|yesterday|today|tonight|tomorrow|last|next|past|this (?:week|month|year|morning|weekend))\b"
    r"|\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day",
    re.IGNORECASE,
)
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def dated(sentence: str, at: datetime) -> tuple[str, datetime | None]:
    """Return the sentence and when the first time that it names began, None for none.

    A relative time ("last week") gets what it means in brackets: "last week (week of 1 May 2023)".
    """
    if not _HINT.search(sentence):
        return sentence, None
    found = [each for each in find_expressions(sentence, at, lean="nearest") if each.end - each.start <= _LONGEST]
    if not found:
        return sentence, None
    told = next((each for each in found if _RELATIVE.search(sentence, max(0, each.begin - 4), each.stop)), None)
    if told is not None:
        sentence = f"{sentence[: told.stop]} ({_named(told)}){sentence[told.stop :]}"
    return sentence, found[0].start


def _named(found: TimeExpression) -> str:
    start, days = found.start, (found.end - found.start).days
    month = _MONTHS[start.month - 1]
    if days <= 1:
        return f"{start.day} {month} {start.year}"
    if days <= 8:
        return f"week of {start.day} {month} {start.year}"
    return f"{month} {start.year}" if days <= 31 else f"{start.year}"
