"""What a filter compares, as SQL of both databases: columns here, places in the metadata in `places`.

Each method returns a condition as text, with its parameters put into `Binder` in the order of the text.
A condition may be NULL for a missing value: `conditions` turns that into false.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

from memsvc_stores.sql.backends import Backend

__all__ = ["FALSE", "TRUE", "Binder", "NumberColumn", "Operand", "Scalar", "TextColumn", "ValueType"]

TRUE, FALSE = "1 = 1", "1 = 0"
Scalar: TypeAlias = "str | int | float | bool"
ValueType: TypeAlias = Literal["string", "number", "boolean"]


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

    def member(self, kind: ValueType, values: Sequence[Scalar]) -> str:
        """Return whether the value is one of non-empty `values`, all of that type."""

    def ordered(self, operator: str, value: str | int | float) -> str: ...

    def contains(self, value: Scalar) -> str: ...


class TextColumn:
    def __init__(self, binder: Binder, column: str) -> None:
        self._binder = binder
        self._column = column

    def missing(self) -> str:
        return f"{self._column} IS NULL"

    def member(self, kind: ValueType, values: Sequence[Scalar]) -> str:
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

    def member(self, kind: ValueType, values: Sequence[Scalar]) -> str:
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
