"""Finding pages that nobody has: those of records that could not be read."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.slabs import reclaim
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.runs import runs_of
from memsvc_stores.vectors.slabs.slab import HEADER_PAGES
from memsvc_stores.vectors.slabs.stored import read_record

__all__ = ["ask", "collect_lost", "forget"]

_NOTICE = "sweep"
_LISTED = (
    "SELECT first, count FROM free WHERE page_bytes = ? UNION ALL "
    "SELECT first, count FROM retired WHERE page_bytes = ? UNION ALL "
    "SELECT first, count FROM pending WHERE page_bytes = ?"
)


def ask(connection: sqlite3.Connection) -> None:
    """Note, inside a write transaction, that pages have been lost sight of."""
    connection.execute("INSERT OR IGNORE INTO notices VALUES (?)", (_NOTICE,))


def collect_lost(parts: Parts) -> int:
    """Free the pages that nobody has, if any were lost sight of; return their number.

    Namespaces whose record cannot be read are forgotten: their pages could not be told from lost ones.
    """
    owner = parts.owners.begin()
    try:
        with parts.catalog.writing() as connection:
            if not connection.execute("DELETE FROM notices WHERE name = ?", (_NOTICE,)).rowcount:
                return 0
            for page_bytes, seen in _seen(parts, connection).items():
                reclaim.pend(connection, owner, page_bytes, runs_of(np.flatnonzero(~seen)))
        return reclaim.give_back(parts, owner)
    finally:
        parts.owners.end(owner)


def _seen(parts: Parts, connection: sqlite3.Connection) -> dict[int, NDArray[np.bool_]]:
    """Return for each page size which pages somebody has."""
    seen: dict[int, NDArray[np.bool_]] = {}
    for page_bytes, pages in connection.execute("SELECT page_bytes, pages FROM slabs").fetchall():
        marks = seen[page_bytes] = np.zeros(pages, np.bool_)
        marks[:HEADER_PAGES] = True
        for first, count in connection.execute(_LISTED, (page_bytes,) * 3):
            marks[first : first + count] = True
    living = connection.execute("SELECT namespace FROM namespaces WHERE record IS NOT NULL").fetchall()
    for (namespace,) in living:
        try:
            _mark(connection, namespace, seen)
        except Damaged:
            parts.epochs.recycled(namespace, forget(connection, namespace))
    return seen


def _mark(connection: sqlite3.Connection, namespace: int, seen: dict[int, NDArray[np.bool_]]) -> None:
    found = read_record(connection, namespace)
    if found is None:
        return
    record, tables = found
    for name, table in tables.items():
        seen[record.arrays[name].page_bytes][table.places] = True
    for entry in record.extents.values():
        if entry.inline is None:
            seen[PAGE][entry.first : entry.first - (-entry.length // PAGE)] = True


def forget(connection: sqlite3.Connection, namespace: int) -> int:
    """Drop the record of a namespace inside a write transaction; return the epoch that begins with it."""
    connection.execute("DELETE FROM page_tables WHERE namespace = ?", (namespace,))
    (epoch,) = connection.execute(
        "UPDATE namespaces SET record = NULL, epoch = epoch + 1, holder = NULL, expires = NULL "
        "WHERE namespace = ? RETURNING epoch",
        (namespace,),
    ).fetchone()
    return int(epoch)
