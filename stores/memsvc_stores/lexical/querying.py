"""Reads as plain tuples: SQLAlchemy's row objects cost as much as the database's work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

__all__ = ["fetch"]


def fetch(connection: Connection, sql: str, parameters: tuple[Any, ...]) -> Sequence[tuple[Any, ...]]:
    """Return all rows of a query in the driver's own form."""
    result = connection.exec_driver_sql(sql, parameters)
    rows: Sequence[tuple[Any, ...]] = result.cursor.fetchall() if result.cursor is not None else ()
    result.close()
    return rows
