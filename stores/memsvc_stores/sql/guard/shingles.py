"""Hashes of runs of words, and which notes hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert

from memsvc.ports.guard import HOLDERS_READ
from memsvc_stores.sql.backends import Backend
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import shingles
from memsvc_stores.sql.tables import HIDDEN, HIDDEN_INDEX, QUARANTINED

__all__ = ["newest_holders", "write_shingles"]

_DELETE = delete(shingles).where(
    shingles.c.namespace_id == bindparam("namespace"), among(shingles.c.note_row, "rows")
)
_INSERT = insert(shingles).inline()


def newest_holders(
    executor: Executor,
    namespace: int,
    hashes: Sequence[int],
    *,
    most: int,
    least_trust: float,
    quarantined: bool = False,
) -> dict[int, tuple[int, ...]]:
    """Return the rows of the `most` newest visible notes that hold each shingle and are trusted so much.

    With `quarantined` of the quarantined ones.
    """
    wanted = executor.backend.many({int(each) for each in hashes})
    counting = (namespace, least_trust) if quarantined else (namespace, namespace, least_trust)
    parameters: tuple[Any, ...] = (wanted, namespace, HOLDERS_READ, *counting)
    if executor.backend.is_sqlite:
        parameters = (wanted, namespace, namespace, HOLDERS_READ - 1, *counting)
    found: dict[int, list[int]] = {}
    for shingle, row in executor.query(_newest(executor.backend, quarantined=quarantined), parameters):
        rows = found.setdefault(shingle, [])
        if len(rows) < most:
            rows.append(row)
    return {shingle: tuple(rows) for shingle, rows in found.items() if rows}


def write_shingles(executor: Executor, namespace: int, held: Mapping[int, Sequence[int]]) -> None:
    """Replace the shingles of notes by row."""
    executor.run(_DELETE, namespace=namespace, rows=executor.backend.many(held))
    # In the order of the primary key: the places of hashes in it lie far from each other.
    pairs = sorted({(int(shingle), row) for row, of_row in held.items() for shingle in of_row})
    executor.run_many(
        _INSERT, [{"namespace_id": namespace, "hash": shingle, "note_row": row} for shingle, row in pairs]
    )


def _newest(backend: Backend, *, quarantined: bool) -> str:
    """Return the query of (hash, row): no more holders are read of a run that thousands of notes share.

    SQLite, which knows no LATERAL, finds the lowest row to look at first.
    """
    counts = _quarantined(backend) if quarantined else _visible(backend)
    if not backend.is_sqlite:
        return (
            "SELECT asked.value, held.note_row FROM unnest(%s::bigint[]) AS asked (value) "  # noqa: S608
            "CROSS JOIN LATERAL (SELECT near.note_row FROM shingles AS near WHERE near.namespace_id = %s "
            "AND near.hash = asked.value ORDER BY near.note_row DESC LIMIT %s) AS held "
            f"WHERE {counts} ORDER BY asked.value, held.note_row DESC"
        )
    return (
        "SELECT asked.value, held.note_row FROM json_each(?) AS asked CROSS JOIN shingles AS held "  # noqa: S608
        "WHERE held.namespace_id = ? AND held.hash = asked.value AND held.note_row >= coalesce(("
        "SELECT far.note_row FROM shingles AS far WHERE far.namespace_id = ? AND far.hash = asked.value "
        f"ORDER BY far.note_row DESC LIMIT 1 OFFSET ?), 0) AND {counts} "
        "ORDER BY asked.value, held.note_row DESC"
    )


def _visible(backend: Backend) -> str:
    """Return the condition of visible notes that are trusted enough, for (namespace, namespace, trust)."""
    mark = backend.placeholder
    index = f" INDEXED BY {HIDDEN_INDEX}" if backend.is_sqlite else ""
    return (
        f"NOT EXISTS (SELECT 1 FROM notes AS hidden{index} "  # noqa: S608 (constants)
        f"WHERE hidden.namespace_id = {mark} AND hidden.row = held.note_row AND hidden.{HIDDEN}) "
        f"AND EXISTS (SELECT 1 FROM notes AS trusted WHERE trusted.namespace_id = {mark} "
        f"AND trusted.row = held.note_row AND trusted.trust >= {mark})"
    )


def _quarantined(backend: Backend) -> str:
    """Return the condition of quarantined notes that are trusted enough, for (namespace, trust)."""
    mark = backend.placeholder
    return (
        f"EXISTS (SELECT 1 FROM notes AS held_back WHERE held_back.namespace_id = {mark} "  # noqa: S608 (constants)
        f"AND held_back.row = held.note_row AND held_back.trust >= {mark} AND held_back.{QUARANTINED})"
    )
