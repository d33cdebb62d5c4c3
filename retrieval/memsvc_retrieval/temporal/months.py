"""Months, seasons and years by name."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Final

from memsvc_retrieval.temporal.intervals import (
    SEASON_MONTHS,
    Anchor,
    Days,
    month,
    placed,
    season,
    weekend,
    year,
)
from memsvc_retrieval.temporal.rules import Rule, rule
from memsvc_retrieval.temporal.words import (
    LAST,
    MONTH,
    MONTH_ANY_CASE,
    YEAR,
    month_number,
)

__all__ = ["MONTHS_AND_YEARS"]

# "In the Spring Fling Market" and "in March Madness" are names.
_NO_NAME: Final = r"(?! (?-i:[A-Z][a-z]))"
_WEEK: Final = timedelta(days=7)
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_PARTS: Final = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}
_PART: Final = "(?:(?P<part>early|mid|late)(?: |-)|(?:the )?(?P<part_of>beginning|start|middle|end) of )"
_SEASON: Final = f"(?P<season>{'|'.join(SEASON_MONTHS)})"


def _third(of_month: Days, part: int) -> Days:
    first = of_month.first + timedelta(days=10 * part)
    return Days(first, of_month.after if part == 2 else first + timedelta(days=10))


def _month(match: re.Match[str], anchor: Anchor) -> Days | None:
    groups = match.groupdict()
    number = month_number(match["month"])
    which = (groups.get("which") or "").lower()
    if groups.get("year"):
        found: Days | None = month(int(match["year"]), number)
    elif which == "this":
        found = month(anchor.day.year, number)
    elif which == "next":
        found = month(anchor.day.year + (number <= anchor.day.month), number)
    elif which:
        found = month(anchor.day.year - (number >= anchor.day.month), number)
    else:
        found = placed(partial(month, number=number), anchor)
    part = groups.get("part") or groups.get("part_of")
    return _third(found, _PARTS[part.lower()]) if found and part else found


def _week_of_month(match: re.Match[str], anchor: Anchor) -> Days | None:
    found = _month(match, anchor)
    if found is None:
        return None
    nth = _ORDINALS.get(match["nth"].lower())
    if match["unit"].lower() == "week":
        first = found.after - _WEEK if nth is None else found.first + (nth - 1) * _WEEK
        return Days(first, first + _WEEK)
    saturday = found.first + timedelta(days=(5 - found.first.weekday()) % 7)
    if nth is None:
        return weekend(found.after - timedelta(days=1 + (found.after.weekday() + 1) % 7))
    return weekend(saturday + (nth - 1) * _WEEK)


def _season(match: re.Match[str], anchor: Anchor) -> Days | None:
    name = match["season"].lower()
    groups = match.groupdict()
    if groups.get("year"):
        return season(int(match["year"]), name)
    today: date = anchor.day
    which = (groups.get("which") or "").lower()
    near = [season(today.year + step, name) for step in (1, 0, -1, -2)]
    if which == "this":
        # January is in the winter that began the year before.
        return next((days for days in near if days.first <= today < days.after), near[1])
    if which == "next":
        return min((days for days in near if days.first > today), key=lambda days: days.first)
    if which:
        return next(days for days in near if days.after <= today)
    return placed(partial(season, name=name), anchor)


def _year(match: re.Match[str], _: Anchor) -> Days:
    return year(int(match["year"]))


MONTHS_AND_YEARS: Final[tuple[Rule, ...]] = (
    rule("month", rf"(?P<month>{MONTH}),?(?: of)? (?P<year>{YEAR})", _month),
    rule(
        "month",
        rf"(?:in|during|since|month of) (?P<month>{MONTH_ANY_CASE})(?:,? (?P<year>{YEAR}))?{_NO_NAME}",
        _month,
    ),
    rule("month", rf"(?P<which>{LAST}|this|next) (?P<month>{MONTH_ANY_CASE})", _month),
    rule("month", rf"{_PART}(?P<month>{MONTH_ANY_CASE})(?:,? (?P<year>{YEAR}))?", _month),
    rule(
        "month",
        rf"(?P<nth>{'|'.join(_ORDINALS)}|last) (?P<unit>week|weekend) (?:of|in) "
        rf"(?P<month>{MONTH_ANY_CASE})(?:,? (?P<year>{YEAR}))?",
        _week_of_month,
    ),
    rule("season", rf"(?P<which>{LAST}|this|next) {_SEASON}", _season),
    rule("season", rf"(?:in|during|since)(?: the)? {_SEASON}(?! of\b){_NO_NAME}", _season),
    rule("season", rf"{_SEASON},?(?: of)? (?P<year>{YEAR})", _season),
    rule("year", rf"(?:in|during|since|throughout)(?: the year)? (?P<year>{YEAR})(?![,.]?[0-9]|%)", _year),
)
