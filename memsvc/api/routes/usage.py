"""What the caller's tenant used of language models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, TypeAlias

from fastapi import Query
from starlette.responses import Response

from memsvc import wire
from memsvc.api.context import Call
from memsvc.api.endpoints import Endpoint
from memsvc.api.replies import reply
from memsvc.domain.access import AccessScope
from memsvc.domain.ids import NamespaceName
from memsvc.domain.usage import UsageLine
from memsvc.errors import FieldError, InvalidInput

__all__ = ["USAGE"]

_DAYS = timedelta(days=29)
_SUMMED = ("calls", "cached", "failed", "prompt_tokens", "completion_tokens", "cost", "milliseconds")
_Since: TypeAlias = Annotated[
    wire.Day | None, Query(description="The first day (UTC); by default 30 days with the last one.")
]
_Until: TypeAlias = Annotated[wire.Day | None, Query(description="The last day (UTC); by default today.")]
_Namespace: TypeAlias = Annotated[
    str | None, Query(pattern=wire.NAME_PATTERN, description="Only calls for this namespace.")
]


def usage(call: Call, since: _Since = None, until: _Until = None, namespace: _Namespace = None) -> Response:
    """Show the calls of language models by day, operation and model, with their tokens and cost."""
    last = until or datetime.now(UTC).date()
    first = since or max(date.min + _DAYS, last) - _DAYS
    if first > last:
        raise InvalidInput(
            f"since ({first}) is after until ({last})", errors=[FieldError("/query/since", "is after until")]
        )
    lines = call.backend.storage.llm_ledger.usage(
        call.caller.tenant,
        since=first,
        until=last,
        namespace=None if namespace is None else NamespaceName(namespace),
    )
    items = tuple(_line(line) for line in lines)
    return reply(wire.Usage(since=first, until=last, items=items, totals=_totals(lines)))


def _line(line: UsageLine) -> wire.UsageLine:
    figures = {name: getattr(line, name) for name in _SUMMED}
    return wire.UsageLine(day=line.day, operation=line.operation, model=line.model, **figures)


def _totals(lines: Sequence[UsageLine]) -> wire.UsageTotals:
    return wire.UsageTotals(**{name: sum(getattr(line, name) for line in lines) for name in _SUMMED})


USAGE = (Endpoint("GET", "/v1/usage", usage, scope=AccessScope.READ, answers={200: wire.Usage}),)
