"""Spans between two months, years or slashed dates, which alone would be too doubtful to read as times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

from memsvc_retrieval.temporal.intervals import Anchor, Days, day, month, placed, year
from memsvc_retrieval.temporal.rules import Rule, rule
from memsvc_retrieval.temporal.words import MONTH_ANY_CASE, YEAR, month_number

__all__ = ["SPANS", "TO"]

TO: Final = r"\s*(?:-|–|—|and|to|until|till|through)\s*(?:the\s+)?"


def _between(first: Callable[[int], Days], last: Days | None) -> Days | None:
    """Place the earlier end in the last year that puts it before the later one."""
    if last is None:
        return None
    begun = placed(first, Anchor(last.first, "past"))
    return None if begun is None else Days(begun.first, last.after)


def _months(match: re.Match[str], anchor: Anchor) -> Days | None:
    number = month_number(match["last"])
    last = month(int(match["year"]), number) if match["year"] else placed(partial(month, number=number), anchor)
    number = month_number(match["first"])
    if match["first_year"] and last:
        return Days(month(int(match["first_year"]), number).first, last.after)
    return _between(partial(month, number=number), last)


def _slashed(match: re.Match[str], anchor: Anchor) -> Days | None:
    def make(of_year: int, number: int, on: int) -> Days:
        return day(date(of_year, number, on))

    last = placed(partial(make, number=int(match["last"]), on=int(match["last_day"])), anchor)
    return _between(partial(make, number=int(match["first"]), on=int(match["first_day"])), last)


def _years(match: re.Match[str], _: Anchor) -> Days:
    return Days(year(int(match["first"])).first, year(int(match["last"])).after)


SPANS: Final[tuple[Rule, ...]] = (
    rule(
        "span",
        rf"(?:between|from) (?P<first>{MONTH_ANY_CASE})(?:,? (?P<first_year>{YEAR}))?{TO}"
        rf"(?P<last>{MONTH_ANY_CASE})(?:,? (?P<year>{YEAR}))?",
        _months,
    ),
    rule(
        "span",
        r"(?:between|from) (?P<first>[0-9]{1,2})/(?P<first_day>[0-9]{1,2})"
        rf"{TO}(?P<last>[0-9]{{1,2}})/(?P<last_day>[0-9]{{1,2}})(?!/)",
        _slashed,
    ),
    rule("span", rf"(?:between|from) (?P<first>{YEAR}){TO}(?P<last>{YEAR})", _years),
)
