"""Time expressions of every form, told on Wednesday, 24 May 2023."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.temporal.expressions import find_expressions

WEDNESDAY = datetime(2023, 5, 24, 10, 30, tzinfo=UTC)


def resolved(text: str, anchor: datetime = WEDNESDAY) -> list[str]:
    """Return what is found as "first day .. last day"."""
    return [
        f"{each.start:%Y-%m-%d} .. {each.end - timedelta(days=1):%Y-%m-%d}"
        for each in find_expressions(text, anchor)
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("I went yesterday.", "2023-05-23 .. 2023-05-23"),
        ("the day before yesterday", "2023-05-22 .. 2023-05-22"),
        ("last night", "2023-05-23 .. 2023-05-23"),
        ("five days ago", "2023-05-19 .. 2023-05-19"),
        ("two weeks ago", "2023-05-07 .. 2023-05-13"),
        ("a month ago", "2023-04-09 .. 2023-05-09"),
        ("a few days ago", "2023-05-19 .. 2023-05-22"),
        ("last week", "2023-05-15 .. 2023-05-21"),
        ("last month", "2023-04-01 .. 2023-04-30"),
        ("this year", "2023-01-01 .. 2023-12-31"),
        ("the past month", "2023-04-24 .. 2023-05-24"),
        ("in the last two months", "2023-03-24 .. 2023-05-24"),
        ("the past few weeks", "2023-04-19 .. 2023-05-24"),
        ("three weeks from now", "2023-06-11 .. 2023-06-17"),
        ("last Tuesday", "2023-05-23 .. 2023-05-23"),
        ("last Wednesday", "2023-05-17 .. 2023-05-17"),
        ("two Saturdays ago", "2023-05-13 .. 2023-05-13"),
        ("next Friday", "2023-05-26 .. 2023-05-26"),
        ("last weekend", "2023-05-20 .. 2023-05-21"),
        ("two weekends ago", "2023-05-13 .. 2023-05-14"),
        ("in March", "2023-03-01 .. 2023-03-31"),
        ("in June", "2022-06-01 .. 2022-06-30"),
        ("last May", "2022-05-01 .. 2022-05-31"),
        ("in early March", "2023-03-01 .. 2023-03-10"),
        ("the end of February", "2023-02-21 .. 2023-02-28"),
        ("the last week of March", "2023-03-25 .. 2023-03-31"),
        ("the last weekend of April", "2023-04-29 .. 2023-04-30"),
        ("the second weekend of April", "2023-04-08 .. 2023-04-09"),
        ("last summer", "2022-06-01 .. 2022-08-31"),
        ("this past winter", "2022-12-01 .. 2023-02-28"),
        ("in the summer of 2021", "2021-06-01 .. 2021-08-31"),
        ("in 2019", "2019-01-01 .. 2019-12-31"),
        ("on May 3rd", "2023-05-03 .. 2023-05-03"),
        ("on Dec. 25", "2022-12-25 .. 2022-12-25"),
        ("the 3rd of May, 2021", "2021-05-03 .. 2021-05-03"),
        ("2023-05-03", "2023-05-03 .. 2023-05-03"),
        ("5/3/23", "2023-05-03 .. 2023-05-03"),
        ("13/5/2023", "2023-05-13 .. 2023-05-13"),
        ("March 15-20", "2023-03-15 .. 2023-03-20"),
        ("from May 3rd to the 5th", "2023-05-03 .. 2023-05-05"),
        ("between March 3 and May 5", "2023-03-03 .. 2023-05-05"),
        ("between November and February", "2022-11-01 .. 2023-02-28"),
        ("between 12/28 and 1/3", "2022-12-28 .. 2023-01-03"),
        ("from 2019 to 2021", "2019-01-01 .. 2021-12-31"),
        ("between last Monday and yesterday", "2023-05-22 .. 2023-05-23"),
        ("since January", "2023-01-01 .. 2023-05-24"),
        ("on Valentine's Day", "2023-02-14 .. 2023-02-14"),
        ("last Thanksgiving", "2022-11-24 .. 2022-11-24"),
        ("on Memorial Day", "2022-05-30 .. 2022-05-30"),
        ("over Easter", "2023-04-09 .. 2023-04-09"),
    ],
)
def test_a_form_is_resolved(text: str, days: str) -> None:
    assert resolved(text) == [days]


@pytest.mark.parametrize(
    "text",
    [
        "How many months ago did I buy it?",
        "How many days passed in total?",
        "for the last time",
        "the last day of the trip",
        "You may 3 times march on.",
        "on Saturdays",
        "in the Spring Fling Market",
        "in March Madness",
        "spent on Christmas gifts",
        "on February 30",
        "2023-13-45",
        "1/2 cup",
        "in 2,000 steps",
        "every day",
        "recently",
    ],
)
def test_no_time_is_found(text: str) -> None:
    assert resolved(text) == []


@pytest.mark.parametrize(
    ("text", "anchor", "days"),
    [
        ("on Feb 29", date(2023, 5, 24), "2020-02-29 .. 2020-02-29"),
        ("on Feb 29", date(1903, 5, 24), "1896-02-29 .. 1896-02-29"),
        ("a year ago", date(2024, 2, 29), "2022-08-30 .. 2023-08-29"),
        ("last month", date(2024, 3, 31), "2024-02-01 .. 2024-02-29"),
        ("the past month", date(2023, 3, 31), "2023-02-28 .. 2023-03-31"),
        ("last month", date(2023, 1, 5), "2022-12-01 .. 2022-12-31"),
        ("last week", date(2023, 1, 1), "2022-12-19 .. 2022-12-25"),
        ("this winter", date(2023, 1, 5), "2022-12-01 .. 2023-02-28"),
        ("last weekend", date(2023, 5, 28), "2023-05-20 .. 2023-05-21"),
        ("next January", date(2023, 12, 5), "2024-01-01 .. 2024-01-31"),
        ("yesterday", date(2024, 3, 1), "2024-02-29 .. 2024-02-29"),
    ],
)
def test_ends_of_months_and_years_are_kept(text: str, anchor: date, days: str) -> None:
    assert resolved(text, datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC)) == [days]


def test_a_date_without_a_year_can_lie_ahead_when_the_nearest_is_asked_for() -> None:
    found = find_expressions("the wedding on June 3rd", WEDNESDAY, lean="nearest")
    assert [each.start for each in found] == [datetime(2023, 6, 3, tzinfo=UTC)]


def test_several_times_are_given_in_order_with_their_places() -> None:
    text = "Last month I ran, on May 3rd I rested."
    assert [text[each.begin : each.stop] for each in find_expressions(text, WEDNESDAY)] == [
        "Last month",
        "May 3rd",
    ]


def test_days_are_those_of_the_zone_of_the_anchor() -> None:
    zone = timezone(timedelta(hours=-8))
    found = find_expressions("yesterday", datetime(2023, 5, 24, 23, 0, tzinfo=zone))
    assert found[0].start == datetime(2023, 5, 23, tzinfo=zone)


def test_a_time_before_the_calendar_is_not_found() -> None:
    assert find_expressions("500 years ago", datetime(100, 1, 1, tzinfo=UTC)) == ()


WORDS = st.sampled_from(
    (
        *("last", "next", "this", "the", "past", "two", "few", "3", "31", "0", "week", "weeks", "month", "a"),
        *("May", "march", "february", "29", "2024", "and", "between", "from", "to", "of", "on", "in", "since"),
        *("ago", "Tuesday", "weekend", "summer", "early", "end", "12/31", "2023-02-29", "Christmas", "-", ","),
    )
)
ANCHORS = st.datetimes(timezones=st.just(UTC))


@given(st.lists(WORDS, max_size=12).map(" ".join), ANCHORS, st.sampled_from(["past", "nearest"]))
def test_times_are_ordered_and_their_places_lie_apart_inside_the_text(
    text: str, anchor: datetime, lean: str
) -> None:
    before = 0
    for each in find_expressions(text, anchor, lean="past" if lean == "past" else "nearest"):
        assert each.start < each.end
        assert before <= each.begin < each.stop <= len(text)
        before = each.stop


@given(st.text(max_size=200), ANCHORS)
def test_any_text_is_read_the_same_twice(text: str, anchor: datetime) -> None:
    assert find_expressions(text, anchor) == find_expressions(text, anchor)
