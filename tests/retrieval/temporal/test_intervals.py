"""The arithmetic of months and of dates without a year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.temporal.holidays import easter
from memsvc_retrieval.temporal.intervals import Anchor, Days, day, month, placed, shift_months

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def test_an_empty_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Days(date(2023, 1, 1), date(2023, 1, 1))


@given(DAYS, st.integers(-200, 200))
def test_a_day_moved_by_months_lies_in_the_month_so_far_away(on: date, months: int) -> None:
    moved = shift_months(on, months)
    assert (moved.year - on.year) * 12 + moved.month - on.month == months
    assert moved.day == on.day or (moved + timedelta(days=1)).day == 1


@given(DAYS)
def test_a_date_without_a_year_is_the_last_one(on: date) -> None:
    found = placed(lambda year: month(year, 3), Anchor(on, "past"))
    assert found is not None
    assert found.first <= on < date(found.first.year + 1, 3, 1)


@given(DAYS)
def test_the_nearest_date_is_at_most_half_a_year_away(on: date) -> None:
    found = placed(lambda year: day(date(year, 7, 1)), Anchor(on, "nearest"))
    assert found is not None
    assert abs(found.first - on) <= timedelta(days=183)


@pytest.mark.parametrize(
    "expected", [date(2000, 4, 23), date(2008, 3, 23), date(2011, 4, 24), date(2023, 4, 9), date(2024, 3, 31)]
)
def test_easter_is_where_the_church_has_it(expected: date) -> None:
    assert easter(expected.year) == expected
