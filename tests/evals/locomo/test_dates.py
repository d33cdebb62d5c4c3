from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.errors import InvalidInput
from memsvc_evals.locomo.dates import parse_session_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1:47 pm on 18 May, 2023", datetime(2023, 5, 18, 13, 47, tzinfo=UTC)),
        ("12:09 am on 13 September, 2023", datetime(2023, 9, 13, 0, 9, tzinfo=UTC)),
        ("12:00 pm on 29 February, 2024", datetime(2024, 2, 29, 12, 0, tzinfo=UTC)),
    ],
)
def test_reads_the_date(text: str, expected: datetime) -> None:
    assert parse_session_date(text, "x") == expected


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-18",
        "13:47 pm on 18 May, 2023",
        "0:10 am on 18 May, 2023",
        "1:47 pm on 30 February, 2023",
        "1:60 pm on 18 May, 2023",
        "1:47 pm on 18 Mai, 2023",
    ],
)
def test_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"here: .* is no date like"):
        parse_session_date(text, "here")
