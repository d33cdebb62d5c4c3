"""Half-open intervals of whole days: weeks, months, seasons, years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

__all__ = [
    "SEASON_MONTHS",
    "Anchor",
    "Days",
    "Lean",
    "around",
    "day",
    "month",
    "month_of_day",
    "placed",
    "season",
    "shift_months",
    "week",
    "weekend",
    "year",
]

Lean: TypeAlias = Literal["past", "nearest"]

# Meteorological, northern; winter begins in December of its year.
SEASON_MONTHS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
# Between two leap days lie at most eight years (1896 and 1904).
_YEARS_APART: Final = 8


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` up to, without, `after`."""

    first: date
    after: date

    def __post_init__(self) -> None:
        if self.first >= self.after:
            raise ValueError("an interval holds at least one day")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day on which something was said, and which way dates without a year lean."""

    day: date
    lean: Lean


def day(on: date) -> Days:
    """Return one day."""
    return Days(on, on + timedelta(days=1))


def around(on: date, *, days: int) -> Days:
    """Return the day with so many days on both sides."""
    return Days(on - timedelta(days=days), on + timedelta(days=days + 1))


def week(on: date) -> Days:
    """Return the week, Monday to Sunday, of a day."""
    monday = on - timedelta(days=on.weekday())
    return Days(monday, monday + timedelta(days=7))


def weekend(on: date) -> Days:
    """Return the Saturday and Sunday of the week of a day."""
    saturday = week(on).first + timedelta(days=5)
    return Days(saturday, saturday + timedelta(days=2))


def month(of_year: int, number: int) -> Days:
    """Return a calendar month."""
    first = date(of_year, number, 1)
    return Days(first, shift_months(first, 1))


def month_of_day(on: date) -> Days:
    """Return the calendar month of a day."""
    return month(on.year, on.month)


def year(number: int) -> Days:
    """Return a calendar year."""
    return Days(date(number, 1, 1), date(number + 1, 1, 1))


def season(of_year: int, name: str) -> Days:
    """Return the three months of a season that begins in that year."""
    first = date(of_year, SEASON_MONTHS[name], 1)
    return Days(first, shift_months(first, 3))


def shift_months(on: date, months: int) -> date:
    """Move a day by months, to the last day of a month that is too short for it."""
    years, index = divmod(on.year * 12 + on.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(years, index + 1, on.day - back)
        except ValueError:
            if on.day - back <= 28:
                raise
    raise AssertionError("a month has at least 28 days")


def placed(make: Callable[[int], Days], anchor: Anchor) -> Days | None:
    """Choose the year of an interval without one: the last begun, or the nearest; None when no year fits."""
    last = anchor.day.year if anchor.lean == "past" else anchor.day.year + _YEARS_APART
    found: list[Days] = []
    for number in range(last, anchor.day.year - _YEARS_APART - 1, -1):
        try:
            found.append(make(number))
        except ValueError:
            continue
    if anchor.lean == "past":
        return next((days for days in found if days.first <= anchor.day), None)
    return min(found, key=lambda days: abs(days.first - anchor.day), default=None)
