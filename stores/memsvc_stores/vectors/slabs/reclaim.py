"""Giving pages back: claimed in the catalog, zeroed, synced, then free.

Whoever zeroes pages owns them in `pending`: two processes never clear the same ones, and those of a process
that died half-way are found by their owner.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from memsvc_stores.vectors.slabs import allocator
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.runs import Run, joined

__all__ = ["collect_dead", "give_back", "pend", "pending", "recycle", "retire", "settled"]


def pend(connection: sqlite3.Connection, owner: str, page_bytes: int, runs: list[Run]) -> None:
    """Name the owner of pages that no committed table has."""
    connection.executemany(
        "INSERT INTO pending VALUES (?, ?, ?, ?)", [(owner, page_bytes, run.first, run.count) for run in runs]
    )


def retire(connection: sqlite3.Connection, namespace: int, *, epoch: int, runs: Mapping[int, list[Run]]) -> None:
    """Let pages wait, from `epoch` on, until no reader needs them."""
    connection.executemany(
        "INSERT INTO retired VALUES (?, ?, ?, ?, ?)",
        [(namespace, epoch, size, run.first, run.count) for size, found in runs.items() for run in found],
    )


def give_back(parts: Parts, owner: str) -> int:
    """Zero and free what an owner has pending; return the number of pages."""
    with parts.catalog.reading() as connection:
        found = pending(connection, owner)
    for page_bytes, runs in found.items():
        slab = parts.slabs[page_bytes]
        for run in runs:
            slab.zero(run)
    parts.slabs.sync(found)
    # Only now: a hole in place of zeros that are not on the disk yet would leave the old bytes there.
    for page_bytes, runs in found.items():
        for run in joined(runs):
            parts.slabs[page_bytes].release(run)
    if found:
        with parts.catalog.writing() as connection:
            connection.execute("DELETE FROM pending WHERE owner = ?", (owner,))
            for page_bytes, runs in found.items():
                allocator.add(connection, page_bytes, runs)
    return sum(run.count for runs in found.values() for run in runs)


def recycle(parts: Parts, namespace: int, *, everything: bool) -> int:
    """Free retired pages of a namespace; return their number.

    Those that the epoch before the newest still reads stay, unless `everything` is to go.
    """
    owner = parts.owners.begin()
    try:
        with parts.catalog.writing() as connection:
            row = connection.execute("SELECT epoch FROM namespaces WHERE namespace = ?", (namespace,)).fetchone()
            upto = 0 if row is None else row[0] if everything else row[0] - 1
            claimed = connection.execute(
                "SELECT max(epoch) FROM retired WHERE namespace = ? AND epoch <= ?", (namespace, upto)
            ).fetchone()[0]
            if claimed is None:
                return 0
            # Before the first page changes, so that whoever reads one of them notices.
            parts.epochs.recycled(namespace, claimed)
            connection.execute(
                "INSERT INTO pending SELECT ?, page_bytes, first, count FROM retired "
                "WHERE namespace = ? AND epoch <= ?",
                (owner, namespace, upto),
            )
            connection.execute("DELETE FROM retired WHERE namespace = ? AND epoch <= ?", (namespace, upto))
        return give_back(parts, owner)
    finally:
        parts.owners.end(owner)


def collect_dead(parts: Parts) -> int:
    """Free what owners have left that are no more; return the number of pages."""
    with parts.catalog.reading() as connection:
        found = [owner for (owner,) in connection.execute("SELECT DISTINCT owner FROM pending")]
    dead = [owner for owner in found if not parts.owners.alive(owner)]
    if not dead:
        return 0
    mine = parts.owners.begin()
    try:
        with parts.catalog.writing() as connection:
            connection.executemany("UPDATE pending SET owner = ? WHERE owner = ?", [(mine, it) for it in dead])
        return give_back(parts, mine)
    finally:
        parts.owners.end(mine)


def settled(parts: Parts) -> bool:
    """Say whether nobody but those who hold a lease has pages pending."""
    with parts.catalog.reading() as connection:
        found = connection.execute(
            "SELECT 1 FROM pending "
            "WHERE owner NOT IN (SELECT holder FROM namespaces WHERE holder IS NOT NULL) LIMIT 1"
        ).fetchone()
    return found is None


def pending(connection: sqlite3.Connection, owner: str) -> dict[int, list[Run]]:
    """Return what an owner has pending, by page size."""
    found: dict[int, list[Run]] = {}
    for page_bytes, first, count in connection.execute(
        "SELECT page_bytes, first, count FROM pending WHERE owner = ? ORDER BY page_bytes, first", (owner,)
    ):
        found.setdefault(page_bytes, []).append(Run(first, count))
    return found
