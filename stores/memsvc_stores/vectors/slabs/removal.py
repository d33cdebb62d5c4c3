"""Dropping what is stored of a namespace, because it is damaged or because it is to go."""

from __future__ import annotations

import sqlite3

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.slabs import reclaim, sweep
from memsvc_stores.vectors.slabs.commit import record_runs
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.stored import read_record

__all__ = ["erase", "set_aside"]


def set_aside(parts: Parts, namespace: int, epoch: int) -> bool:
    """Forget the record of an epoch, if it is still the newest; say whether it was."""
    with parts.catalog.writing() as connection:
        newest = connection.execute(
            "SELECT epoch FROM namespaces WHERE namespace = ? AND record IS NOT NULL", (namespace,)
        ).fetchone()
        if newest is None or newest[0] != epoch:
            return False
        later = _drop(connection, namespace)
    parts.epochs.committed(namespace, later)
    return True


def erase(parts: Parts, namespace: int) -> None:
    """Drop a namespace and overwrite all its pages; a writer that is at it loses its lease."""
    with parts.catalog.writing() as connection:
        known = connection.execute("SELECT 1 FROM namespaces WHERE namespace = ?", (namespace,)).fetchone()
        if known is None:
            return
        later = _drop(connection, namespace)
    parts.epochs.committed(namespace, later)
    reclaim.recycle(parts, namespace, everything=True)
    sweep.collect_lost(parts)


def _drop(connection: sqlite3.Connection, namespace: int) -> int:
    try:
        found = read_record(connection, namespace)
    except Damaged:
        found = None
        sweep.ask(connection)
    later = sweep.forget(connection, namespace)
    if found is not None:
        reclaim.retire(connection, namespace, epoch=later, runs=record_runs(*found))
    return later
