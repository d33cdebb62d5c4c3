"""The tables of the catalog and the version that it must have."""

from __future__ import annotations

import sqlite3
from typing import Final

from memsvc_stores.vectors.errors import Damaged

__all__ = ["FORMAT", "configure", "create", "is_new", "refuse_others"]

FORMAT: Final = 1
_APPLICATION: Final = 0x6D656D76
_TABLES: Final = (
    # record: see record.py; NULL = nothing stored. The epoch of a namespace never goes back.
    """CREATE TABLE namespaces (
        namespace INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, record BLOB, holder TEXT, expires REAL)""",
    """CREATE TABLE page_tables (
        namespace INTEGER NOT NULL, array TEXT NOT NULL, chunk INTEGER NOT NULL, entries BLOB NOT NULL,
        PRIMARY KEY (namespace, array, chunk))""",
    # pages: how many of a slab have ever been handed out, with its header.
    "CREATE TABLE slabs (page_bytes INTEGER PRIMARY KEY, pages INTEGER NOT NULL)",
    """CREATE TABLE free (
        page_bytes INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (page_bytes, first)) WITHOUT ROWID""",
    "CREATE INDEX free_by_count ON free (page_bytes, count, first)",
    # epoch: the first one that does without the pages.
    """CREATE TABLE retired (
        namespace INTEGER NOT NULL, epoch INTEGER NOT NULL, page_bytes INTEGER NOT NULL,
        first INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (page_bytes, first)) WITHOUT ROWID""",
    "CREATE INDEX retired_by_namespace ON retired (namespace, epoch)",
    """CREATE TABLE pending (
        owner TEXT NOT NULL, page_bytes INTEGER NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (page_bytes, first)) WITHOUT ROWID""",
    "CREATE INDEX pending_by_owner ON pending (owner)",
    "CREATE TABLE notices (name TEXT PRIMARY KEY) WITHOUT ROWID",
)


def configure(connection: sqlite3.Connection) -> None:
    """Make a connection's commits durable and its waits bounded."""
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def is_new(connection: sqlite3.Connection) -> bool:
    """Say whether the catalog has no tables yet."""
    found = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(found[0] == 0 and _version(connection) == (0, 0))


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, inside a transaction."""
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def refuse_others(connection: sqlite3.Connection) -> None:
    """Raise Damaged for a catalog of another format."""
    application, version = _version(connection)
    if application != _APPLICATION:
        raise Damaged("catalog.sqlite3 is not a catalog of vector indexes")
    if version != FORMAT:
        raise Damaged(f"catalog.sqlite3 has format {version}, this version reads format {FORMAT}")


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return int(application), int(connection.execute("PRAGMA user_version").fetchone()[0])
