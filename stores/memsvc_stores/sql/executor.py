"""Runs Core statements that are compiled once: SQLAlchemy's own execution costs as much as SQLite's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql import ClauseElement

from memsvc_stores.sql.backends import Backend

__all__ = ["Compiler", "Executor"]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def bind(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        if self.constants:
            values = {**self.constants, **values}
        return tuple(map(values.__getitem__, self.names))


class Compiler:
    """Remembers the text of each statement for one dialect with positional parameters; safe between threads."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: dict[ClauseElement, _Compiled] = {}

    def __call__(self, statement: ClauseElement) -> _Compiled:
        known = self._known.get(statement)
        if known is None:
            compiled = statement.compile(dialect=self._dialect)
            names = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            known = self._known[statement] = _Compiled(compiled.string, names, constants)
        return known


class Executor:
    """One connection in a transaction."""

    __slots__ = ("_compile", "backend", "connection")

    def __init__(self, connection: Connection, compiler: Compiler, backend: Backend) -> None:
        self.connection = connection
        self.backend = backend
        self._compile = compiler

    def all(self, statement: ClauseElement, **values: Any) -> Sequence[Any]:
        compiled = self._compile(statement)
        return self.query(compiled.sql, compiled.bind(values))

    def one(self, statement: ClauseElement, **values: Any) -> Any:
        """Return the first row, or None."""
        rows = self.all(statement, **values)
        return rows[0] if rows else None

    def run(self, statement: ClauseElement, **values: Any) -> int:
        """Return how many rows it changed."""
        compiled = self._compile(statement)
        return self.connection.exec_driver_sql(compiled.sql, compiled.bind(values)).rowcount

    def run_many(self, statement: ClauseElement, rows: Iterable[Mapping[str, Any]]) -> None:
        compiled = self._compile(statement)
        bound = [compiled.bind(row) for row in rows]
        if len(bound) == 1:
            self.connection.exec_driver_sql(compiled.sql, bound[0])
        elif bound:
            self.connection.exec_driver_sql(compiled.sql, bound)

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> Sequence[Any]:
        """Run text that was made of constants and placeholders only."""
        result = self.connection.exec_driver_sql(sql, parameters)
        cursor = result.cursor
        rows: Sequence[Any] = cursor.fetchall() if cursor is not None else []
        result.close()
        return rows
