"""Dates by their day: "May 3rd", "3 May 2023", "2023-05-03", "5/3/23", and spans of them within a month."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from memsvc_retrieval.temporal.intervals import Anchor, Days, day, month, placed
from memsvc_retrieval.temporal.rules import Rule, rule
from memsvc_retrieval.temporal.spans import TO
from memsvc_retrieval.temporal.words import MONTH, YEAR, month_number

__all__ = ["ABSOLUTE"]

_DAY: Final = r"(?:0?[1-9]|[12][0-9]|3[01])"
_ORDINAL: Final = "(?:st|nd|rd|th)"
_YEAR: Final = rf"(?:(?:,\s*| of | )(?P<year>{YEAR}))?"
# Not an hour ("May 3-5 pm", "May 3 10:30").
_NOT_TIME: Final = r"(?![0-9:]|\s*[ap]\.?m\b)"


def _date(match: re.Match[str], anchor: Anchor) -> Days | None:
    number, on = month_number(match["month"]), int(match["day"])
    if match["year"]:
        return day(date(int(match["year"]), number, on))
    return placed(lambda of_year: day(date(of_year, number, on)), anchor)


def _day_span(match: re.Match[str], anchor: Anchor) -> Days | None:
    number, first, last = month_number(match["month"]), int(match["day"]), int(match["last"])

    def make(of_year: int) -> Days:
        return Days(date(of_year, number, first), day(date(of_year, number, last)).after)

    return make(int(match["year"])) if match["year"] else placed(make, anchor)


def _iso(match: re.Match[str], _: Anchor) -> Days:
    return day(date(int(match["year"]), int(match["number"]), int(match["day"])))


def _iso_month(match: re.Match[str], _: Anchor) -> Days:
    return month(int(match["year"]), int(match["number"]))


def _slashed(match: re.Match[str], anchor: Anchor) -> Days | None:
    """Read month first, as in the US, unless only the other order is a date."""
    number, on = int(match["number"]), int(match["day"])
    if number > 12:
        number, on = on, number
    text = match.groupdict().get("year")
    if not text:
        return placed(lambda of_year: day(date(of_year, number, on)), anchor)
    of_year = int(text)
    if of_year < 100:
        # Two digits mean the year within fifty years of the anchor.
        century = anchor.day.year - anchor.day.year % 100
        of_year = min(
            (century + of_year + step for step in (-100, 0, 100)), key=lambda y: abs(y - anchor.day.year)
        )
    return day(date(of_year, number, on))


ABSOLUTE: Final[tuple[Rule, ...]] = (
    rule("date", rf"(?P<month>{MONTH}) (?:the )?(?P<day>{_DAY}){_ORDINAL}?{_NOT_TIME}{_YEAR}", _date),
    rule("date", rf"(?P<day>{_DAY}){_ORDINAL}?(?: of)? (?P<month>{MONTH}){_YEAR}", _date),
    rule(
        "span",
        rf"(?P<month>{MONTH}) (?P<day>{_DAY}){_ORDINAL}?{TO}(?P<last>{_DAY}){_ORDINAL}?{_NOT_TIME}{_YEAR}",
        _day_span,
    ),
    rule(
        "span",
        rf"(?P<day>{_DAY}){_ORDINAL}?{TO}(?P<last>{_DAY}){_ORDINAL}?(?: of)? (?P<month>{MONTH}){_YEAR}",
        _day_span,
    ),
    rule("date", rf"(?P<year>{YEAR})(?P<mark>[-/.])(?P<number>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}})", _iso),
    rule("month", rf"(?P<year>{YEAR})[-/](?P<number>0[1-9]|1[0-2])(?![-/])", _iso_month),
    rule("date", rf"(?P<number>{_DAY})/(?P<day>{_DAY})/(?P<year>{YEAR}|[0-9]{{2}})(?!/)", _slashed),
    # Alone "1/2" is as often a half.
    rule(
        "date",
        rf"(?:on|before|after|since|until|by|from) (?:the )?(?P<number>1[0-2]|0?[1-9])/(?P<day>{_DAY})(?!/)",
        _slashed,
    ),
)
