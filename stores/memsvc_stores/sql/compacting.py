"""Deleted bytes leave the files."""

from __future__ import annotations

from sqlalchemy import Connection

from memsvc.errors import StorageBusy

__all__ = ["compact"]

_POSTGRES_TABLES = "notes, keys, vectors, journal, sessions, idempotency, jobs, lexical"


def compact(connection: Connection) -> None:
    """Rewrite the database without its free space; must run outside of a transaction.

    SQLite's secure_delete is not enough: where rows moved between pages, copies of them stay in free space.
    On PostgreSQL only the table files can be promised: its own write-ahead log is kept until it is recycled.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"VACUUM (FULL) {_POSTGRES_TABLES}")
        return
    connection.exec_driver_sql("VACUUM")
    busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if busy:
        raise StorageBusy("a reader keeps the write-ahead log in use; compact again when it has ended")
