"""Weekdays and weekends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from memsvc_retrieval.temporal.intervals import Anchor, Days, day, week, weekend
from memsvc_retrieval.temporal.rules import Rule, rule
from memsvc_retrieval.temporal.words import COUNT, LAST, WEEKDAY, count_of, weekday_number

__all__ = ["WEEKDAYS"]

_WEEK: Final = timedelta(days=7)


def _weekday(match: re.Match[str], anchor: Anchor) -> Days:
    """Resolve "last", "this" and "next" Tuesday; with "on" alone the last one, or the nearest."""
    number = weekday_number(match["weekday"])
    in_week = week(anchor.day).first + timedelta(days=number)
    before = in_week if in_week < anchor.day else in_week - _WEEK
    after = in_week if in_week > anchor.day else in_week + _WEEK
    which = (match["which"] or "").lower()
    if which == "this":
        return day(in_week)
    if which == "next":
        return day(after)
    if not which and anchor.lean == "nearest" and after - anchor.day < anchor.day - before:
        return day(after)
    return day(before)


def _weekend(match: re.Match[str], anchor: Anchor) -> Days:
    current = weekend(anchor.day)
    which = match["which"].lower()
    if which == "this":
        return current
    # From Monday to Friday the weekend of this week is still to come.
    return weekend(anchor.day + _WEEK if which == "next" else anchor.day - _WEEK)


def _weekends_ago(match: re.Match[str], anchor: Anchor) -> Days:
    fewest, most = count_of(match["count"])
    return Days(weekend(anchor.day - most * _WEEK).first, weekend(anchor.day - fewest * _WEEK).after)


def _weekdays_ago(match: re.Match[str], anchor: Anchor) -> Days:
    """Count the weekdays of that name before the anchor, from the last one."""
    fewest, most = count_of(match["count"])
    since = (anchor.day.weekday() - weekday_number(match["weekday"]) - 1) % 7 + 1
    last = anchor.day - timedelta(days=since)
    return Days(last - (most - 1) * _WEEK, day(last - (fewest - 1) * _WEEK).after)


WEEKDAYS: Final[tuple[Rule, ...]] = (
    rule("weekday", rf"(?:(?P<which>{LAST}|this|next) |on )(?P<weekday>{WEEKDAY})", _weekday),
    rule("weekday", rf"(?P<count>{COUNT}) (?P<weekday>{WEEKDAY})s? ago", _weekdays_ago),
    rule("period", rf"(?P<which>{LAST}|this|next) weekend", _weekend),
    rule("period", rf"(?P<count>{COUNT}) weekends? ago", _weekends_ago),
)
