"""What a filter compares, as SQL of both databases: columns and places in the metadata.

Each method returns a condition as text, with its parameters put into `Binder` in the order of the text.
A condition may be NULL for a missing value: `conditions` turns that into false.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

from memsvc_stores.sql.backends import Backend

__all__ = [
    "FALSE",
    "TRUE",
    "Binder",
    "JsonTextPlace",
    "JsonbPlace",
    "NumberColumn",
    "Operand",
    "Scalar",
    "TextColumn",
]

TRUE, FALSE = "1 = 1", "1 = 0"
Scalar: TypeAlias = "str | int | float | bool"
_Type: TypeAlias = Literal["string", "number", "boolean"]


class Binder:
    """Collects parameters; `bind` returns the placeholder to write, cast where PostgreSQL needs a type."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.values: list[object] = []

    def bind(self, value: object, cast: str = "") -> str:
        self.values.append(value)
        return f"%s::{cast}" if cast and not self.backend.is_sqlite else self.backend.placeholder

    def bind_all(self, values: Sequence[object], cast: str = "") -> str:
        return ", ".join([self.bind(value, cast) for value in values])


class Operand(Protocol):
    def missing(self) -> str: ...

    def member(self, kind: _Type, values: Sequence[Scalar]) -> str:
        """Return whether the value is one of non-empty `values`, all of that type."""

    def ordered(self, operator: str, value: str | int | float) -> str: ...

    def contains(self, value: Scalar) -> str: ...


class TextColumn:
    def __init__(self, binder: Binder, column: str) -> None:
        self._binder = binder
        self._column = column

    def missing(self) -> str:
        return f"{self._column} IS NULL"

    def member(self, kind: _Type, values: Sequence[Scalar]) -> str:
        return f"{self._column} IN ({self._binder.bind_all(values, 'text')})" if kind == "string" else FALSE

    def ordered(self, operator: str, value: str | int | float) -> str:
        return f"{self._column} {operator} {self._binder.bind(value, 'text')}" if isinstance(value, str) else FALSE

    def contains(self, value: Scalar) -> str:
        if not isinstance(value, str):
            return FALSE
        function = "instr" if self._binder.backend.is_sqlite else "strpos"
        return f"{function}({self._column}, {self._binder.bind(value, 'text')}) > 0"


class NumberColumn:
    """A column that is never NULL; `cast` is how PostgreSQL compares it without loss."""

    def __init__(self, binder: Binder, column: str, cast: Literal["float8", "numeric"]) -> None:
        self._binder = binder
        self._column = column
        self._cast = cast

    def missing(self) -> str:
        return FALSE

    def member(self, kind: _Type, values: Sequence[Scalar]) -> str:
        if kind != "number":
            return FALSE
        return f"{self._column} IN ({self._binder.bind_all([self._number(v) for v in values], self._cast)})"

    def ordered(self, operator: str, value: str | int | float) -> str:
        if isinstance(value, str):
            return FALSE
        return f"{self._column} {operator} {self._binder.bind(self._number(value), self._cast)}"

    def contains(self, value: Scalar) -> str:  # noqa: ARG002
        return FALSE

    def _number(self, value: Scalar) -> object:
        return float(value) if self._cast == "float8" else value


class JsonTextPlace:
    """A place in SQLite's JSON text. Numbers go through SQLite's own parser, as the stored ones do."""

    def __init__(self, binder: Binder, path: tuple[str, ...]) -> None:
        self._binder = binder
        self._path = path
        quoted = [json.dumps(step, ensure_ascii=False) for step in path]
        self._plain = all(text == f'"{step}"' for text, step in zip(quoted, path, strict=True))
        self._json_path = "$" + "".join(f".{text}" for text in quoted)

    def missing(self) -> str:
        return f"COALESCE({self._type()}, 'null') = 'null'"

    def member(self, kind: _Type, values: Sequence[Scalar]) -> str:
        if kind == "boolean":
            return f"{self._type()} IN ({self._binder.bind_all([_word(v) for v in values])})"
        if kind == "string":
            return f"{self._type()} = 'text' AND {self._value()} IN ({self._binder.bind_all(values)})"
        numbers = f"{self._type()} IN ('integer', 'real') AND {self._value()} IN "
        return numbers + "(" + ", ".join([self._number(v) for v in values]) + ")"

    def ordered(self, operator: str, value: str | int | float) -> str:
        if isinstance(value, str):
            return f"{self._type()} = 'text' AND {self._value()} {operator} {self._binder.bind(value)}"
        numbers = f"{self._type()} IN ('integer', 'real') AND {self._value()} {operator} "
        return numbers + self._number(value)

    def contains(self, value: Scalar) -> str:
        found = ""
        if isinstance(value, str):
            found = f"({self._type()} = 'text' AND instr({self._value()}, {self._binder.bind(value)}) > 0) OR "
        found += f"EXISTS (SELECT 1 FROM json_each(CASE WHEN {self._type()} = 'array' THEN {self._value()} "
        found += "ELSE '[]' END) AS item WHERE "
        if isinstance(value, bool):
            return f"{found}item.type = {self._binder.bind(_word(value))})"
        if isinstance(value, str):
            return f"{found}item.type = 'text' AND item.value = {self._binder.bind(value)})"
        return f"{found}item.type IN ('integer', 'real') AND item.value = {self._number(value)})"

    def _type(self) -> str:
        return (
            f"json_type(notes.metadata, {self._binder.bind(self._json_path)})"
            if self._plain
            else self._walk("type")
        )

    def _value(self) -> str:
        if self._plain:
            return f"json_extract(notes.metadata, {self._binder.bind(self._json_path)})"
        return self._walk("value")

    def _walk(self, column: str) -> str:
        """Descend step by step: SQLite's paths cannot name keys with quotes or escapes."""
        tables = ["json_each(notes.metadata) AS step0"]
        for depth in range(1, len(self._path)):
            above = f"step{depth - 1}"
            inside = f"CASE WHEN {above}.type = 'object' THEN {above}.value ELSE '{{}}' END"
            tables.append(f"json_each({inside}) AS step{depth}")
        keys = [f"step{depth}.key = {self._binder.bind(step)}" for depth, step in enumerate(self._path)]
        last = f"step{len(self._path) - 1}.{column}"
        return f"(SELECT {last} FROM {', '.join(tables)} WHERE {' AND '.join(keys)})"

    def _number(self, value: Scalar) -> str:
        if isinstance(value, float):
            return f"json_extract({self._binder.bind(json.dumps(value))}, '$')"
        return self._binder.bind(value)


class JsonbPlace:
    """A place in PostgreSQL's jsonb; numbers compare as exact decimals."""

    def __init__(self, binder: Binder, path: tuple[str, ...]) -> None:
        self._binder = binder
        self._path = path

    def missing(self) -> str:
        return f"COALESCE({self._type()}, 'null') = 'null'"

    def member(self, kind: _Type, values: Sequence[Scalar]) -> str:
        return f"{self._value()} IN (" + ", ".join([self._json(kind, value) for value in values]) + ")"

    def ordered(self, operator: str, value: str | int | float) -> str:
        if isinstance(value, str):
            text = f"{self._type()} = 'string' AND ({self._value()} #>> '{{}}') COLLATE \"C\" {operator} "
            return text + self._binder.bind(value, "text")
        return f"{self._type()} = 'number' AND {self._value()} {operator} {self._json('number', value)}"

    def contains(self, value: Scalar) -> str:
        found = ""
        kind: _Type = "boolean" if isinstance(value, bool) else "number"
        if isinstance(value, str):
            kind = "string"
            found = f"({self._type()} = 'string' AND strpos(({self._value()} #>> '{{}}') COLLATE \"C\", "
            found += f"{self._binder.bind(value, 'text')}) > 0) OR "
        found += f"({self._type()} = 'array' AND {self._value()} @> jsonb_build_array("
        return f"{found}{self._json(kind, value)}))"

    def _type(self) -> str:
        return f"jsonb_typeof({self._value()})"

    def _value(self) -> str:
        steps = [f" -> {self._binder.bind(step, 'text')}" for step in self._path]
        return f"(notes.metadata{''.join(steps)})"

    def _json(self, kind: _Type, value: Scalar) -> str:
        if kind == "boolean":
            return f"to_jsonb({self._binder.bind(value, 'boolean')})"
        if kind == "string":
            return f"to_jsonb({self._binder.bind(value, 'text')})"
        return f"to_jsonb({self._binder.bind(_decimal(value), 'numeric')})"


def _word(value: Scalar) -> str:
    return "true" if value else "false"


def _decimal(value: Scalar) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)
