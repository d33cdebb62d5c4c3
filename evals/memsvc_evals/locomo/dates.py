"""Dates of LoCoMo's sessions."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from memsvc.errors import InvalidInput
from memsvc_retrieval.temporal.words import MONTHS

__all__ = ["parse_session_date"]

_DATE = re.compile(r"([0-9]{1,2}):([0-9]{2}) (am|pm) on ([0-9]{1,2}) ([A-Za-z]+), ([0-9]{4})")


def parse_session_date(text: str, where: str) -> datetime:
    """Return the UTC instant of `1:47 pm on 18 May, 2023`; raises InvalidInput that begins with `where`."""
    match = _DATE.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError("another format")
        clock, minute, half, day, month, year = match.groups()
        if not 1 <= int(clock) <= 12:
            raise ValueError("hour must be in 1..12")
        if month.lower() not in MONTHS:
            raise ValueError("unknown month")
        hour = int(clock) % 12 + (12 if half == "pm" else 0)
        number = MONTHS.index(month.lower()) + 1
        return datetime(int(year), number, int(day), hour, int(minute), tzinfo=UTC)
    except ValueError as error:
        raise InvalidInput(f"{where}: {text!r} is no date like '1:47 pm on 18 May, 2023' ({error})") from None
