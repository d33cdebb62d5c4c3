"""Runs Core statements that are compiled once: SQLAlchemy's own execution costs as much as SQLite's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
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
    """One connection in a transaction.

    Statements go straight to the driver, except when someone listens to SQLAlchemy's cursor events.
    """

    __slots__ = ("_compile", "_driver", "_observed", "backend", "connection")

    def __init__(self, connection: Connection, compiler: Compiler, backend: Backend) -> None:
        self.connection = connection
        self.backend = backend
        self._compile = compiler
        self._driver: Any = connection.connection.driver_connection
        self._observed = bool(connection.dispatch.before_cursor_execute)

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
        parameters = compiled.bind(values)
        if self._observed:
            return self.connection.exec_driver_sql(compiled.sql, parameters).rowcount
        with self._errors(compiled.sql):
            changed: int = self._driver.execute(compiled.sql, parameters).rowcount
            return changed

    def run_many(self, statement: ClauseElement, rows: Iterable[Mapping[str, Any]]) -> None:
        compiled = self._compile(statement)
        bound = [compiled.bind(row) for row in rows]
        if not bound:
            return
        if self._observed:
            self.connection.exec_driver_sql(compiled.sql, bound)
            return
        with self._errors(compiled.sql):
            self._driver.cursor().executemany(compiled.sql, bound)

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> Sequence[Any]:
        """Run text that was made of constants and placeholders only."""
        if self._observed:
            return self.connection.exec_driver_sql(sql, parameters).all()
        with self._errors(sql):
            rows: Sequence[Any] = self._driver.execute(sql, parameters).fetchall()
            return rows

    def command(self, sql: str) -> None:
        """Run a constant text that returns no rows, such as BEGIN, past SQLAlchemy and its listeners."""
        with self._errors(sql):
            self._driver.execute(sql)

    def _errors(self, sql: str) -> _DriverErrors:
        return _DriverErrors(self.connection.dialect, sql)


class _DriverErrors:
    """Raises what SQLAlchemy would raise; a class, because a generator would cost as much as the statement."""

    __slots__ = ("_dialect", "_sql")

    def __init__(self, dialect: Dialect, sql: str) -> None:
        self._dialect = dialect
        self._sql = sql

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> Literal[False]:
        base = self._dialect.loaded_dbapi.Error
        if isinstance(error, base):
            raise DBAPIError.instance(
                self._sql, None, error, base, hide_parameters=True, dialect=self._dialect
            ) from error
        return False
