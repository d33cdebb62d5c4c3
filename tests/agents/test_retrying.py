from __future__ import annotations

import pytest

from memsvc_agents.retrying import asked_wait

DATE, LATER = "Tue, 03 Nov 2026 10:00:00 GMT", "Tue, 03 Nov 2026 10:00:12 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": LATER, "date": DATE}, 12.0),
        ({"retry-after": DATE, "date": LATER}, 0.0),
        ({"retry-after": "9" * 400}, 86_400.0),
        ({"retry-after": "Fri, 31 Dec 9998 23:59:59 GMT", "date": DATE}, 86_400.0),
        ({"retry-after": LATER}, None),
        ({"retry-after": "soon", "date": DATE}, None),
        ({}, None),
    ],
    ids=["number", "date", "past date", "too long", "too late", "date alone", "no date", "nothing"],
)
def test_retry_after_is_read_by_number_or_by_date(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers) == seconds
