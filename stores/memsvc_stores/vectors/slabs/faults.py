"""What SQLite and the system say about the disk, in the words of memsvc's errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memsvc.errors import MemsvcError, StorageBusy, StorageFull, StorageReadOnly, Unavailable
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.files import storage_errors

__all__ = ["catalog_errors"]

_READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)
# The last two are lost races for the write-ahead log and for the schema.
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_SCHEMA)
_UNAVAILABLE = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT)


@contextmanager
def catalog_errors(directory: Path) -> Iterator[None]:
    """Raise StorageFull, StorageReadOnly, StorageBusy, Unavailable; Damaged when the catalog is no catalog."""
    with storage_errors(directory):
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _translated(error, directory) from error


def _translated(error: sqlite3.DatabaseError, directory: Path) -> MemsvcError | Damaged:
    if isinstance(error, sqlite3.ProgrammingError):
        return Unavailable(f"the index catalog in {directory} was closed meanwhile ({error}): try again")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    where = f"the index catalog in {directory}"
    if code == sqlite3.SQLITE_FULL:
        return StorageFull(f"no room for {where}: free some; nothing is lost")
    if code in _READ_ONLY:
        return StorageReadOnly(f"{where} cannot be written ({error}): check its rights and mount")
    if code in _BUSY:
        return StorageBusy(f"{where} is busy ({error}): try again", retry_after=1.0)
    if code in _UNAVAILABLE:
        return Unavailable(f"{where} cannot be used now ({error}): check the disk")
    return Damaged(f"{where} cannot be read: {error}")
