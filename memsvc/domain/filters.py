"""Filters over notes: the tree, its JSON form, and the reference meaning that every store must equal.

JSON form: ``{"field": "metadata.tag", "op": "eq", "value": "a"}``, ``{"and": [...]}``, ``{"or": [...]}``,
``{"not": {...}}``. Fields: ``kind``, ``origin``, ``session``, ``trust``, ``event_time``, ``ingest_time`` and
``metadata.<path>`` (dots descend into objects). The limits keep every filter within what both databases take:
32,766 parameters of a statement in SQLite, 65,535 in PostgreSQL.

Meaning, with no surprises between databases: a missing field (or JSON null) matches only ``ne``, ``exists:
false`` and ``eq null``. Numbers compare with numbers, strings with strings by code point, booleans only by
``eq``, ``ne`` and ``in``; values of another type are never equal nor ordered. ``contains`` is membership in a
list or substring of a string. ``in`` takes a list of scalars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from memsvc.domain.notes import Json, Note
from memsvc.domain.time import to_microseconds, utc
from memsvc.errors import FieldError, InvalidFilter

__all__ = [
    "MAX_FIELD_CHARS",
    "MAX_FILTER_DEPTH",
    "MAX_FILTER_NODES",
    "MAX_FILTER_VALUES",
    "MAX_PATH_STEPS",
    "And",
    "Compare",
    "Filter",
    "Not",
    "Or",
    "matches",
    "parse_filter",
]

MAX_FILTER_DEPTH = 16
MAX_FILTER_NODES = 256
MAX_FILTER_VALUES = 5000
MAX_FIELD_CHARS = 256
MAX_PATH_STEPS = 16
OPERATORS = frozenset({"eq", "ne", "in", "gt", "gte", "lt", "lte", "contains", "exists"})
_TIMES = frozenset({"event_time", "ingest_time"})
_COLUMNS = frozenset({"kind", "origin", "session", "trust"}) | _TIMES
_ORDER: Mapping[str, Callable[[object, object], bool]] = {
    "gt": lambda a, b: a > b,  # type: ignore[operator]
    "gte": lambda a, b: a >= b,  # type: ignore[operator]
    "lt": lambda a, b: a < b,  # type: ignore[operator]
    "lte": lambda a, b: a <= b,  # type: ignore[operator]
}


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison. `in` has a tuple of values; for time fields they are in microseconds since 1970."""

    field: str
    op: str
    value: Json | tuple[Json, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """Return the path inside the metadata; empty for a column."""
        return tuple(self.field.split(".")[1:]) if self.field.startswith("metadata.") else ()


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


Filter: TypeAlias = "Compare | And | Or | Not"


def parse_filter(data: object) -> Filter:
    """Build a filter from its JSON form; raises InvalidFilter that names the wrong place."""
    return _parse(data, "", 1, _Budget())


@dataclass(slots=True)
class _Budget:
    """What the rest of a filter may still hold."""

    nodes: int = MAX_FILTER_NODES
    values: int = MAX_FILTER_VALUES


def _fail(pointer: str, message: str) -> InvalidFilter:
    where = pointer or "/"
    return InvalidFilter(f"filter at {where}: {message}", errors=[FieldError(f"/filter{pointer}", message)])


def _parse(data: object, pointer: str, depth: int, budget: _Budget) -> Filter:
    budget.nodes -= 1
    if depth > MAX_FILTER_DEPTH:
        raise _fail(pointer, f"nested deeper than {MAX_FILTER_DEPTH}")
    if budget.nodes < 0:
        raise _fail(pointer, f"more than {MAX_FILTER_NODES} conditions")
    if not isinstance(data, Mapping):
        raise _fail(pointer, "must be an object")
    keys = set(data)
    if keys in ({"and"}, {"or"}):
        name = next(iter(keys))
        parts = data[name]
        if not isinstance(parts, list) or not parts:
            raise _fail(f"{pointer}/{name}", "must be a non-empty list of filters")
        built = tuple(_parse(p, f"{pointer}/{name}/{i}", depth + 1, budget) for i, p in enumerate(parts))
        return And(built) if name == "and" else Or(built)
    if keys == {"not"}:
        return Not(_parse(data["not"], f"{pointer}/not", depth + 1, budget))
    return _parse_compare(data, pointer, budget)


def _parse_compare(data: Mapping[str, object], pointer: str, budget: _Budget) -> Compare:
    if set(data) - {"field", "op", "value"} or "field" not in data or "op" not in data:
        raise _fail(pointer, 'must be {"field", "op", "value"}, {"and": [...]}, {"or": [...]} or {"not": {...}}')
    field, op, value = data["field"], data["op"], data.get("value", True if data["op"] == "exists" else None)
    place = _field(field, f"{pointer}/field")
    if not isinstance(op, str) or op not in OPERATORS:
        raise _fail(f"{pointer}/op", f"unknown; use one of {', '.join(sorted(OPERATORS))}")
    operand = _operand(place, op, value, f"{pointer}/value")
    budget.values -= len(operand) if isinstance(operand, tuple) else 1
    if budget.values < 0:
        raise _fail(f"{pointer}/value", f"more than {MAX_FILTER_VALUES} values in the whole filter")
    return Compare(place, op, operand)


def _field(field: object, pointer: str) -> str:
    if isinstance(field, str) and len(field) > MAX_FIELD_CHARS:
        raise _fail(pointer, f"longer than {MAX_FIELD_CHARS} characters")
    steps = field.split(".")[1:] if isinstance(field, str) and field.startswith("metadata.") else []
    if not isinstance(field, str) or not (field in _COLUMNS or (steps and all(steps))):
        raise _fail(pointer, f"unknown; use one of {', '.join(sorted(_COLUMNS))} or metadata.<path>")
    if len(steps) > MAX_PATH_STEPS:
        raise _fail(pointer, f"a path of more than {MAX_PATH_STEPS} steps")
    return _text(field, pointer)


def _operand(field: str, op: str, value: object, pointer: str) -> Json | tuple[Json, ...]:
    if op == "exists":
        if not isinstance(value, bool):
            raise _fail(pointer, "exists takes true or false")
        return value
    if op == "in":
        if not isinstance(value, list) or len(value) > 1000:
            raise _fail(pointer, "in takes a list of at most 1000 values")
        return tuple(_scalar(field, item, f"{pointer}/{i}") for i, item in enumerate(value))
    scalar = _scalar(field, value, pointer)
    if op in _ORDER and (scalar is None or isinstance(scalar, bool)):
        raise _fail(pointer, f"{op} takes a number, a string or a time")
    if op == "contains" and field in _TIMES:
        raise _fail(pointer, "contains does not apply to a time")
    return scalar


def _scalar(field: str, value: object, pointer: str) -> Json:
    if field in _TIMES:
        try:
            return to_microseconds(utc(datetime.fromisoformat(str(value))))
        except (ValueError, OverflowError):
            raise _fail(pointer, "must be an RFC 3339 time such as 2024-05-01T12:00:00Z") from None
    if isinstance(value, str):
        return _text(value, pointer)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 2**63:
        return value
    raise _fail(pointer, "must be a string, a finite number within 64 bits, true, false or null")


def _text(value: str, pointer: str) -> str:
    """Return a text that databases can compare."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _fail(pointer, "has a lone surrogate, which is not Unicode text") from None
    if "\0" in value:
        raise _fail(pointer, "has a NUL character, which no stored text has")
    return value


def matches(condition: Filter, note: Note) -> bool:
    """Return whether the note meets the filter: the reference for every store's own evaluation."""
    if isinstance(condition, And):
        return all(matches(part, note) for part in condition.parts)
    if isinstance(condition, Or):
        return any(matches(part, note) for part in condition.parts)
    if isinstance(condition, Not):
        return not matches(condition.part, note)
    return _compare(condition, _value(condition, note))


def _value(condition: Compare, note: Note) -> object:
    if condition.path:
        current: object = note.metadata
        for step in condition.path:
            if not isinstance(current, Mapping) or step not in current:
                return None
            current = current[step]
        return current
    value = getattr(note, condition.field)
    return to_microseconds(value) if isinstance(value, datetime) else value


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "other"


def _same(a: object, b: object) -> bool:
    return _type(a) == _type(b) != "other" and a == b


def _compare(condition: Compare, value: object) -> bool:
    op, wanted = condition.op, condition.value
    if op == "exists":
        return (value is not None) is wanted
    if op == "eq":
        return value is None if wanted is None else _same(value, wanted)
    if op == "ne":
        return value is not None if wanted is None else not _same(value, wanted)
    if op == "in":
        assert isinstance(wanted, Sequence)
        return any(value is None if item is None else _same(value, item) for item in wanted)
    if op == "contains":
        if isinstance(value, str):
            return isinstance(wanted, str) and wanted in value
        return isinstance(value, Sequence) and any(_same(item, wanted) for item in value)
    return _type(value) == _type(wanted) in ("number", "string") and _ORDER[op](value, wanted)
