"""Database errors become the project's errors; no parameter and no row content gets into a message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from memsvc.errors import (
    Conflict,
    InvalidInput,
    MemsvcError,
    ServerFault,
    StorageBusy,
    StorageFull,
    StorageReadOnly,
    Unavailable,
)

__all__ = ["faults", "name_file", "translated"]

_BUSY = "the database is held by another process longer than the time-out; try again, or stop the other process"
_FULL = "the disk of the database is full; nothing of this request was stored; free space and send it again"
_READ_ONLY = "the database cannot be written; make its file, directory and file system writable for this process"
_LOST = "the database cannot be reached; check that it runs and that its URL is right"

_SQLITE: dict[int, tuple[type[MemsvcError], str]] = {
    sqlite3.SQLITE_BUSY: (StorageBusy, _BUSY),
    sqlite3.SQLITE_LOCKED: (StorageBusy, _BUSY),
    sqlite3.SQLITE_FULL: (StorageFull, _FULL),
    sqlite3.SQLITE_READONLY: (StorageReadOnly, _READ_ONLY),
    sqlite3.SQLITE_PERM: (StorageReadOnly, _READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: (StorageReadOnly, "the database file cannot be opened or made; " + _READ_ONLY),
    sqlite3.SQLITE_IOERR: (Unavailable, "the disk of the database failed to read or write; check it"),
    sqlite3.SQLITE_CORRUPT: (Unavailable, "the database file is damaged; restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (Unavailable, "the file is no SQLite database; check the URL, or restore a backup"),
}
_ABOUT_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)
_SHARED_MEMORY_FULL = sqlite3.SQLITE_IOERR_SHMSIZE
_POSTGRES: dict[str, tuple[type[MemsvcError], str]] = {
    "53100": (StorageFull, _FULL),
    "53300": (Unavailable, "the database has no connection left; raise max_connections or lower the pool size"),
    "55P03": (StorageBusy, _BUSY),
    "40P01": (StorageBusy, _BUSY),
    "40001": (StorageBusy, _BUSY),
    "57014": (StorageBusy, _BUSY),
    "25006": (StorageReadOnly, "the database is read-only; connect to the primary server"),
    "42501": (StorageReadOnly, "the database user lacks a privilege; grant it, or use the owner of the tables"),
}


@contextmanager
def faults() -> Iterator[None]:
    """Translate database errors that leave the block."""
    try:
        yield
    except PoolTimeout:
        raise Unavailable(
            "all connections to the database are in use; try again, or raise the pool size"
        ) from None
    except DBAPIError as error:
        raise translated(error) from None


def name_file(context: ExceptionContext) -> None:
    """Leave the database's file with an error of SQLite, as a listener of its engine."""
    if context.engine is not None:
        vars(context.original_exception)["memsvc_file"] = context.engine.url.database


def translated(error: DBAPIError) -> MemsvcError:
    """Return the error to raise instead."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _sqlite(error, int(code))
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(error, DataError):
        return InvalidInput("a text or number cannot be stored (such as a NUL character); remove it")
    if state in _POSTGRES:
        kind, message = _POSTGRES[state]
        return kind(message)
    if state is None or state.startswith(("08", "57P")) or error.connection_invalidated:
        return Unavailable(_LOST)
    return _other(error, state)


def _sqlite(error: DBAPIError, code: int) -> MemsvcError:
    if code == _SHARED_MEMORY_FULL:
        return StorageFull(_FULL)
    known = _SQLITE.get(code & 0xFF)
    if known is None:
        return _other(error, getattr(error.orig, "sqlite_errorname", str(code)))
    kind, message = known
    file = getattr(error.orig, "memsvc_file", None)
    return kind(message, place=file if code & 0xFF in _ABOUT_THE_FILE else None)


def _other(error: DBAPIError, code: str) -> MemsvcError:
    if isinstance(error, IntegrityError):
        return Conflict(f"the database refused the change ({code}): another one came first; read again and retry")
    return ServerFault(f"the database refused a statement ({code}); this is a defect of the server")
