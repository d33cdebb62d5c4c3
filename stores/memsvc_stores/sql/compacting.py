"""Deleted bytes leave the files."""

from __future__ import annotations

import time

from sqlalchemy import Connection

from memsvc.errors import StorageBusy

__all__ = ["compact"]

_POSTGRES_TABLES = (
    "notes, keys, vectors, journal, sessions, idempotency, jobs, lexical, attributes, derivations, links, "
    "mentions, triples, strengths, policies, lsh_epochs, buckets, llm_calls, llm_answers, "
    "originals, assessments, reviews, shingles, guard_scores, canaries, guard_seeds, audit"
)


# A row that was deleted before the mark is kept while an older snapshot or transaction of this database lives.
_OLDER = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND greatest(age(backend_xmin), age(backend_xid)) >= age(%s::text::xid)
"""
_PAUSE = 0.05


def compact(connection: Connection, *, timeout: float) -> None:
    """Rewrite the database without its free space; must run outside of a transaction.

    SQLite's secure_delete is not enough: where rows moved between pages, copies of them stay in free space.
    On PostgreSQL only the table files can be promised: its own write-ahead log is kept until it is recycled.
    Raises StorageBusy when transactions that may see what was deleted do not end within `timeout` seconds.
    """
    if connection.dialect.name == "postgresql":
        _await_older(connection, timeout)
        connection.exec_driver_sql(f"VACUUM (FULL) {_POSTGRES_TABLES}")
        return
    connection.exec_driver_sql("VACUUM")
    busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if busy:
        raise StorageBusy("a reader keeps the write-ahead log in use; compact again when it has ended")


def _await_older(connection: Connection, timeout: float) -> None:
    mark = connection.exec_driver_sql("SELECT pg_current_xact_id()::xid::text").scalar_one()
    end = time.monotonic() + timeout
    while connection.exec_driver_sql(_OLDER, (mark,)).scalar_one():
        if time.monotonic() > end:
            raise StorageBusy("an older transaction still sees what was deleted; compact again when it has ended")
        time.sleep(_PAUSE)
