"""The time that a question asks about, asked on Wednesday, 24 May 2023."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.temporal.ranges import question_range

WEDNESDAY = datetime(2023, 5, 24, 10, 30, tzinfo=UTC)


def asked(question: str, at: datetime = WEDNESDAY) -> str | None:
    """Return the range as "first day .. day after"."""
    found = question_range(question, at)
    return f"{found.start:%Y-%m-%d} .. {found.end:%Y-%m-%d}" if found else None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who did I meet last Tuesday?", "2023-05-21 .. 2023-05-26"),
        ("What did I buy last month?", "2023-03-30 .. 2023-05-03"),
        ("How many films did I watch in the past month?", "2023-04-22 .. 2023-05-27"),
        ("Did I run more in February or in April?", "2023-01-30 .. 2023-05-03"),
        ("What did I cook on Saturday?", "2023-05-18 .. 2023-05-23"),
    ],
)
def test_the_time_is_taken_two_days_wider(question: str, expected: str) -> None:
    assert asked(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "How many months ago did I move?",
        "What is my job?",
        "What did I plan today?",
        "What should I cook next week?",
        "What should I serve this weekend?",
        "Did I finish 'In March 2020' by the sea?",
        'When did I watch "Last Christmas"?',
        "How many fish did I catch before May 3rd?",
        "What time do I get up on Saturday?",
    ],
)
def test_no_time_is_asked_about(question: str) -> None:
    assert asked(question) is None


def test_a_range_that_begins_on_the_day_of_the_question_is_dropped() -> None:
    assert asked("What did I spend this month?", datetime(2023, 5, 1, tzinfo=UTC)) is None


def test_the_end_of_a_range_lies_outside() -> None:
    found = question_range("What did I do last week?", WEDNESDAY)
    assert found is not None
    assert (found.holds(found.start), found.holds(found.end)) == (True, False)


def test_a_range_wider_than_the_calendar_is_none() -> None:
    assert question_range("What did I do last week?", datetime(1, 1, 10, tzinfo=UTC)) is None


WORDS = st.sampled_from(
    ("last", "week", "month", "May", "3", "in", "on", "before", "2022", "the", "past", "year", "'a'")
)


@given(st.lists(WORDS).map(" ".join), st.datetimes(timezones=st.just(UTC)))
def test_a_range_is_ordered_and_begins_before_the_question(question: str, at: datetime) -> None:
    found = question_range(question, at)
    assert found is None or (found.start < found.end and found.start < at)


@pytest.mark.usefixtures("hang_is_an_error")
def test_a_question_of_weekdays_alone_does_not_hang() -> None:
    assert asked("on Monday " * 20_000) is None
