"""Instants in UTC and as microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.time import from_microseconds, to_microseconds, utc

_zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=_zones)  # noqa: DTZ001


@given(_moments)
def test_microseconds_round_trip(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


@given(_moments)
def test_utc_is_the_same_instant(moment: datetime) -> None:
    assert utc(moment) == moment
    assert utc(moment).tzinfo is UTC


@given(_moments, _moments)
def test_microseconds_order_as_instants(first: datetime, second: datetime) -> None:
    assert (to_microseconds(first) < to_microseconds(second)) == (first < second)


@pytest.mark.parametrize(
    ("moment", "microseconds"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC), 1_000_005),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
        (datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), 0),
    ],
)
def test_microseconds_since_1970(moment: datetime, microseconds: int) -> None:
    assert to_microseconds(moment) == microseconds


def test_a_naive_moment_is_taken_as_utc() -> None:
    assert utc(datetime(2024, 3, 1, 12)) == datetime(2024, 3, 1, 12, tzinfo=UTC)  # noqa: DTZ001
