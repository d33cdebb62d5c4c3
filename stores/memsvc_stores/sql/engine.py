"""Engines: how each database is opened so that commits are durable and reads are snapshots."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from memsvc.errors import InvalidInput
from memsvc_stores.sql.faults import name_file

__all__ = ["Engines", "open_engines"]

_BEGIN = "memsvc_begin"
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -8192",
    "PRAGMA journal_size_limit = 67108864",
)


@dataclass(frozen=True, slots=True)
class Engines:
    """One pool, three ways to begin: a read snapshot, a write, and statements outside of transactions.

    On SQLite `unpooled` is like `bare`, with a new connection for each use.
    """

    read: Engine
    write: Engine
    bare: Engine
    unpooled: Engine


def open_engines(url: str, *, timeout: float, pool_size: int) -> Engines:
    """Return the engines of a database; connects to nothing yet. Raises InvalidInput for another kind of URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput("the database URL cannot be read; write sqlite:////path/memsvc.db") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return _sqlite(parsed, timeout=timeout, pool_size=pool_size)
    if parsed.drivername == "postgresql+psycopg":
        return _postgres(parsed, timeout=timeout, pool_size=pool_size)
    raise InvalidInput(
        f"{parsed.drivername} is no database that can be used; write sqlite:////path/memsvc.db or "
        "postgresql+psycopg://user@host/database"
    )


def _sqlite(url: URL, *, timeout: float, pool_size: int) -> Engines:
    common: dict[str, Any] = {
        "hide_parameters": True,
        "connect_args": {"timeout": timeout, "isolation_level": None, "cached_statements": 512},
    }
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=timeout, **common)
    unpooled = create_engine(url, poolclass=NullPool, **common)
    for each in (engine, unpooled):
        event.listen(each, "do_connect", _create_for_owner)
        event.listen(each, "connect", _set_pragmas)
        event.listen(each, "begin", _begin)
        event.listen(each, "handle_error", name_file)
    return Engines(
        read=engine.execution_options(**{_BEGIN: "BEGIN"}),
        write=engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}),
        bare=engine.execution_options(**{_BEGIN: ""}),
        unpooled=unpooled.execution_options(**{_BEGIN: ""}),
    )


def _postgres(url: URL, *, timeout: float, pool_size: int) -> Engines:
    milliseconds = max(1, round(timeout * 1000))
    engine = create_engine(
        url,
        paramstyle="format",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=timeout,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": max(2, round(timeout)),
            "options": f"-c lock_timeout={milliseconds}",
        },
    )
    event.listen(engine, "connect", _json_as_text())
    bare = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Engines(
        read=engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
        write=engine.execution_options(isolation_level="READ COMMITTED"),
        bare=bare,
        unpooled=bare,
    )


def _create_for_owner(_dialect: object, _record: object, arguments: Sequence[Any], _named: object) -> None:
    """Make a new database file readable by its owner alone; SQLite gives its other files the same mode."""
    path = str(arguments[0])
    if path.startswith("file:"):
        return
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin by hand: sqlite3's own way begins late, so that a reader would have no snapshot."""
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _json_as_text() -> Callable[[Any, object], None]:
    """Return a listener that gives jsonb columns back as text, as SQLite does."""
    from psycopg.types.string import TextLoader

    def register(connection: Any, _record: object) -> None:
        connection.adapters.register_loader("jsonb", TextLoader)

    return register
