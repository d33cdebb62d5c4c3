"""Free pages: runs in the catalog, best fit, joined when they come back.

Every function works inside a write transaction of the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from memsvc_stores.vectors.slabs.runs import Run, joined

__all__ = ["add", "take"]

_FEW = 64


def take(connection: sqlite3.Connection, page_bytes: int, count: int, *, together: bool = False) -> list[Run]:
    """Take pages out of the free ones, or off the end of the slab.

    Many pages come as one run; fewer than 64 may be put together from pieces, unless they are to be `together`.
    """
    if count < 1:
        return []
    whole = connection.execute(
        "SELECT first, count FROM free WHERE page_bytes = ? AND count >= ? ORDER BY count, first LIMIT 1",
        (page_bytes, count),
    ).fetchone()
    if whole is not None:
        return [_cut(connection, page_bytes, Run(*whole), count)]
    pieces: list[Run] = []
    while 0 < count < _FEW and not together:
        piece = connection.execute(
            "SELECT first, count FROM free WHERE page_bytes = ? ORDER BY count DESC, first LIMIT 1", (page_bytes,)
        ).fetchone()
        if piece is None:
            break
        pieces.append(_cut(connection, page_bytes, Run(*piece), min(count, piece[1])))
        count -= pieces[-1].count
    if count:
        pieces.append(_end(connection, page_bytes, count))
    return joined(pieces)


def add(connection: sqlite3.Connection, page_bytes: int, runs: Iterable[Run]) -> None:
    """Make pages free, joined with their free neighbours."""
    for run in joined(runs):
        first, end = run.first, run.first + run.count
        before = connection.execute(
            "SELECT first, count FROM free WHERE page_bytes = ? AND first < ? ORDER BY first DESC LIMIT 1",
            (page_bytes, first),
        ).fetchone()
        if before is not None and sum(before) == first:
            first = before[0]
            _remove(connection, page_bytes, first)
        after = connection.execute(
            "SELECT count FROM free WHERE page_bytes = ? AND first = ?", (page_bytes, end)
        ).fetchone()
        if after is not None:
            _remove(connection, page_bytes, end)
            end += after[0]
        connection.execute("INSERT INTO free VALUES (?, ?, ?)", (page_bytes, first, end - first))


def _cut(connection: sqlite3.Connection, page_bytes: int, run: Run, count: int) -> Run:
    _remove(connection, page_bytes, run.first)
    if run.count > count:
        rest = (page_bytes, run.first + count, run.count - count)
        connection.execute("INSERT INTO free VALUES (?, ?, ?)", rest)
    return Run(run.first, count)


def _end(connection: sqlite3.Connection, page_bytes: int, count: int) -> Run:
    (pages,) = connection.execute("SELECT pages FROM slabs WHERE page_bytes = ?", (page_bytes,)).fetchone()
    connection.execute("UPDATE slabs SET pages = ? WHERE page_bytes = ?", (pages + count, page_bytes))
    return Run(pages, count)


def _remove(connection: sqlite3.Connection, page_bytes: int, first: int) -> None:
    connection.execute("DELETE FROM free WHERE page_bytes = ? AND first = ?", (page_bytes, first))
