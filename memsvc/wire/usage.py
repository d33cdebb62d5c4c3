"""What calls of language models took."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from memsvc.wire.base import Response

__all__ = ["Day", "Usage", "UsageLine", "UsageTotals"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("day", "must be a day such as 2024-05-01")


Day: TypeAlias = Annotated[date, BeforeValidator(_day)]


class UsageTotals(Response):
    """Sums; answers from the cache count in `cached`, not in `calls`. Costs are in the currency of the prices."""

    calls: int
    cached: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    cost: float
    milliseconds: int


class UsageLine(UsageTotals):
    """The calls of one operation to one model on one day (UTC)."""

    day: date
    operation: str
    model: str


class Usage(Response):
    """The tenant's calls of language models on the days from `since` to `until`, both included.

    A call in flight counts at the most that it may take.
    """

    since: date
    until: date
    items: tuple[UsageLine, ...]
    totals: UsageTotals
