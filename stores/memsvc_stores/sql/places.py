"""Places in the metadata of a note, as operands of a filter."""

from __future__ import annotations

import json
from collections.abc import Sequence

from memsvc_stores.sql.operands import Binder, Scalar, ValueType

__all__ = ["JsonTextPlace", "JsonbPlace"]


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

    def member(self, kind: ValueType, values: Sequence[Scalar]) -> str:
        if kind == "boolean":
            return f"{self._type()} IN ({self._binder.bind_all([_word(v) for v in values])})"
        if kind == "string":
            found = f"{self._value()} IN ({self._binder.bind_all(values)})"
            return f"{found} AND {self._type()} = 'text'"
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
        items = f"json_each(CASE WHEN {self._type()} = 'array' THEN {self._value()} ELSE '[]' END) AS item"
        found += f"EXISTS (SELECT 1 FROM {items} WHERE "  # noqa: S608
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
        return f"(SELECT {last} FROM {', '.join(tables)} WHERE {' AND '.join(keys)})"  # noqa: S608

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

    def member(self, kind: ValueType, values: Sequence[Scalar]) -> str:
        return f"{self._value()} IN (" + ", ".join([self._json(kind, value) for value in values]) + ")"

    def ordered(self, operator: str, value: str | int | float) -> str:
        if isinstance(value, str):
            text = f"{self._type()} = 'string' AND ({self._value()} #>> '{{}}') COLLATE \"C\" {operator} "
            return text + self._binder.bind(value, "text")
        return f"{self._type()} = 'number' AND {self._value()} {operator} {self._json('number', value)}"

    def contains(self, value: Scalar) -> str:
        found = ""
        kind: ValueType = "boolean" if isinstance(value, bool) else "number"
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

    def _json(self, kind: ValueType, value: Scalar) -> str:
        if kind == "boolean":
            return f"to_jsonb({self._binder.bind(value, 'boolean')})"
        if kind == "string":
            return f"to_jsonb({self._binder.bind(value, 'text')})"
        return f"to_jsonb({self._binder.bind(_decimal(value), 'numeric')})"


def _word(value: Scalar) -> str:
    return "true" if value else "false"


def _decimal(value: Scalar) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)
