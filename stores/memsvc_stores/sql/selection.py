"""Selections and filters as conditions of SQL, equal to the domain's `selects` and `matches`.

The statement must read `notes LEFT JOIN sessions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memsvc.domain.filters import And, Compare, Filter, Not, Or
from memsvc.domain.notes import Json, Status
from memsvc.domain.selection import Selection
from memsvc.domain.time import to_microseconds
from memsvc_stores.sql.backends import Backend
from memsvc_stores.sql.operands import (
    FALSE,
    TRUE,
    Binder,
    NumberColumn,
    Operand,
    Scalar,
    TextColumn,
)
from memsvc_stores.sql.places import JsonbPlace, JsonTextPlace

__all__ = ["Where", "where"]

_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PAST = frozenset({Status.SUPERSEDED, Status.MERGED})


@dataclass(frozen=True, slots=True)
class Where:
    """A condition with its parameters, in the order of the text."""

    sql: str
    parameters: tuple[object, ...]


def where(selection: Selection, backend: Backend) -> Where:
    """Return the condition that selects the same notes as `selects`."""
    binder = Binder(backend)
    parts = [*_current(selection, binder), *_bounds(selection, binder)]
    if selection.condition is not None:
        parts.append(_filter(selection.condition, binder))
    return Where(" AND ".join(f"({part})" for part in parts), tuple(binder.values))


def _current(selection: Selection, binder: Binder) -> list[str]:
    timed = selection.as_of is not None or selection.known_at is not None
    statuses = selection.statuses | _PAST if timed else selection.statuses
    parts = [_among("notes.status", sorted(statuses), binder)]
    if selection.known_at is not None:
        known = to_microseconds(selection.known_at)
        parts.append(f"notes.ingest_time <= {binder.bind(known, 'bigint')}")
        parts.append(f"notes.expired_at IS NULL OR notes.expired_at > {binder.bind(known, 'bigint')}")
    if selection.as_of is not None:
        then = to_microseconds(selection.as_of)
        parts.append(f"COALESCE(notes.valid_from, notes.event_time) <= {binder.bind(then, 'bigint')}")
        parts.append(f"notes.valid_to IS NULL OR notes.valid_to > {binder.bind(then, 'bigint')}")
    return parts


def _bounds(selection: Selection, binder: Binder) -> list[str]:
    parts = []
    if selection.kinds is not None:
        parts.append(_among("notes.kind", sorted(selection.kinds), binder))
    if selection.sessions is not None:
        parts.append(_among("sessions.id", sorted(selection.sessions), binder))
    if selection.event_from is not None:
        parts.append(f"notes.event_time >= {binder.bind(to_microseconds(selection.event_from), 'bigint')}")
    if selection.event_to is not None:
        parts.append(f"notes.event_time < {binder.bind(to_microseconds(selection.event_to), 'bigint')}")
    return parts


def _among(column: str, values: Sequence[str], binder: Binder) -> str:
    return f"{column} IN ({binder.bind_all([str(value) for value in values], 'text')})" if values else FALSE


def _filter(condition: Filter, binder: Binder) -> str:
    """Return a condition that is never NULL, so that NOT means what it says."""
    if isinstance(condition, And):
        return " AND ".join([f"({_filter(part, binder)})" for part in condition.parts]) or TRUE
    if isinstance(condition, Or):
        return " OR ".join([f"({_filter(part, binder)})" for part in condition.parts]) or FALSE
    if isinstance(condition, Not):
        return f"NOT ({_filter(condition.part, binder)})"
    return f"({_compare(condition, _operand(condition, binder))}) IS TRUE"


def _operand(condition: Compare, binder: Binder) -> Operand:
    if condition.path:
        place = JsonTextPlace if binder.backend.is_sqlite else JsonbPlace
        return place(binder, condition.path)
    if condition.field == "trust":
        return NumberColumn(binder, "notes.trust", "float8")
    if condition.field in ("event_time", "ingest_time"):
        return NumberColumn(binder, f"notes.{condition.field}", "numeric")
    return TextColumn(binder, {"session": "sessions.id"}.get(condition.field, f"notes.{condition.field}"))


def _compare(condition: Compare, operand: Operand) -> str:
    op, wanted = condition.op, condition.value
    if op == "exists":
        return f"NOT ({operand.missing()})" if wanted else operand.missing()
    if op == "in":
        return _one_of(wanted if isinstance(wanted, Sequence) else (), operand)
    if op == "eq":
        return _one_of((wanted,), operand)
    if op == "ne":
        return f"NOT (({_one_of((wanted,), operand)}) IS TRUE)"
    if not isinstance(wanted, str | int | float):
        return FALSE
    if op == "contains":
        return operand.contains(wanted)
    return FALSE if isinstance(wanted, bool) else operand.ordered(_OPERATORS[op], wanted)


def _one_of(wanted: Sequence[Json], operand: Operand) -> str:
    """Group by type: a list of values is one IN, whatever its length."""
    booleans = [item for item in wanted if isinstance(item, bool)]
    strings = [item for item in wanted if isinstance(item, str)]
    numbers: list[Scalar] = [i for i in wanted if isinstance(i, int | float) and not isinstance(i, bool)]
    parts = []
    if booleans:
        parts.append(operand.member("boolean", booleans))
    if strings:
        parts.append(operand.member("string", strings))
    if numbers:
        parts.append(operand.member("number", numbers))
    if any(item is None for item in wanted):
        parts.append(operand.missing())
    return " OR ".join([f"({part})" for part in parts]) if parts else FALSE
