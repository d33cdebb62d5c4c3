"""Counts of sightings and recalls, apart from the notes, whose versions they do not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, bindparam, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Status
from memsvc.domain.selection import HOLDING
from memsvc.domain.strengths import Holding, Strength
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc.domain.uses import Uses
from memsvc_stores.sql.derived_tables import strengths
from memsvc_stores.sql.elements import ByteLength, among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import moment
from memsvc_stores.sql.tables import notes

__all__ = ["SqlReadStrengths", "SqlStrengths", "uses_of_rows", "write_uses"]

_NAMESPACE = notes.c.namespace_id == bindparam("namespace")
_WITH_COUNTS = notes.outerjoin(
    strengths, and_(strengths.c.namespace_id == notes.c.namespace_id, strengths.c.note_row == notes.c.row)
)
_COUNTS = (
    select(
        notes.c.row,
        notes.c.id,
        notes.c.ingest_time,
        strengths.c.sightings,
        strengths.c.recalls,
        strengths.c.last_at,
    )
    .select_from(_WITH_COUNTS)
    .where(_NAMESPACE)
    .order_by(notes.c.row)
)
_OF_NOTES = _COUNTS.where(among(notes.c.id, "ids"))
_OF_ROWS = _COUNTS.where(among(notes.c.row, "rows"))
_HOLDINGS = (
    _COUNTS.add_columns(notes.c.kind, notes.c.status, ByteLength(notes.c.content))
    .where(
        notes.c.row > bindparam("after"),
        or_(*[notes.c.status == status.value for status in sorted(HOLDING)]),
    )
    .limit(bindparam("limit"))
)
_ADDED = insert(strengths).from_select(
    ["namespace_id", "note_row", "sightings", "recalls", "last_at"],
    select(
        notes.c.namespace_id,
        notes.c.row,
        1 + bindparam("seen", type_=Integer),
        bindparam("recalled", type_=Integer),
        bindparam("at", type_=BigInteger),
    ).where(_NAMESPACE, notes.c.id == bindparam("note")),
)
_ADD = _ADDED.on_conflict_do_update(
    index_elements=[strengths.c.namespace_id, strengths.c.note_row],
    set_={
        "sightings": strengths.c.sightings + _ADDED.excluded.sightings - 1,
        "recalls": strengths.c.recalls + _ADDED.excluded.recalls,
        "last_at": case(
            (strengths.c.last_at > _ADDED.excluded.last_at, strengths.c.last_at), else_=_ADDED.excluded.last_at
        ),
    },
)
_TAKE = (
    update(strengths)
    .where(
        strengths.c.namespace_id == bindparam("namespace"),
        strengths.c.note_row
        == select(notes.c.row).where(_NAMESPACE, notes.c.id == bindparam("note")).scalar_subquery(),
    )
    .values(
        sightings=case(
            (strengths.c.sightings > bindparam("less", type_=Integer), strengths.c.sightings - bindparam("less")),
            else_=1,
        )
    )
)
_USES = select(strengths.c.note_row, strengths.c.sightings, strengths.c.recalls, strengths.c.last_at).where(
    strengths.c.namespace_id == bindparam("namespace"), among(strengths.c.note_row, "rows")
)
_INSERT = insert(strengths).inline()


class SqlReadStrengths:
    """Without a namespace there are none."""

    def __init__(self, executor: Executor, namespace: int | None) -> None:
        self._executor = executor
        self._namespace = namespace

    def of(self, notes: Sequence[NoteId]) -> list[Strength]:
        return [_strength(row) for row in self._all(_OF_NOTES, ids=self._executor.backend.many(notes))]

    def of_rows(self, rows: Sequence[int]) -> list[Strength]:
        wanted = self._executor.backend.many(int(row) for row in rows)
        return [_strength(row) for row in self._all(_OF_ROWS, rows=wanted)]

    def holdings(self, *, after_row: int, limit: int) -> list[Holding]:
        found = self._all(_HOLDINGS, after=after_row, limit=limit)
        return [Holding(_strength(row), Kind(row[6]), Status(row[7]), row[8]) for row in found]

    def _all(self, statement: Any, **values: Any) -> Sequence[Any]:
        if self._namespace is None:
            return []
        return self._executor.all(statement, namespace=self._namespace, **values)


class SqlStrengths(SqlReadStrengths):
    def sighted(self, notes: Sequence[NoteId], *, at: datetime) -> None:
        self._add({note: (times, 0) for note, times in Counter(notes).items()}, at)

    def unsighted(self, counts: Mapping[NoteId, int]) -> None:
        if self._namespace is None:
            return
        rows = (
            {"namespace": self._namespace, "note": note, "less": times} for note, times in sorted(counts.items())
        )
        self._executor.run_many(_TAKE, rows)

    def recalled(self, counts: Mapping[NoteId, int], *, at: datetime) -> None:
        self._add({note: (0, times) for note, times in counts.items()}, at)

    def _add(self, counts: Mapping[NoteId, tuple[int, int]], at: datetime) -> None:
        if self._namespace is None:
            return
        moment = to_microseconds(at)
        rows = (
            {"namespace": self._namespace, "note": note, "seen": seen, "recalled": recalled, "at": moment}
            for note, (seen, recalled) in sorted(counts.items())
        )
        self._executor.run_many(_ADD, rows)


def uses_of_rows(executor: Executor, namespace: int, rows: Sequence[int]) -> dict[int, Uses]:
    """Return what is counted of the notes at these rows; those of which nothing is are missing."""
    found = executor.all(_USES, namespace=namespace, rows=executor.backend.many(rows))
    return {row: Uses(seen - 1, recalled, from_microseconds(at)) for row, seen, recalled, at in found}


def write_uses(executor: Executor, namespace: int, row: int, uses: Uses) -> None:
    """Store the counts of a note that has none."""
    executor.run(
        _INSERT,
        namespace_id=namespace,
        note_row=row,
        sightings=1 + uses.seen,
        recalls=uses.recalled,
        last_at=to_microseconds(uses.at),
    )


def _strength(row: Sequence[Any]) -> Strength:
    at, sightings, recalls, last_at = row[2:6]
    return Strength(row[0], row[1], from_microseconds(at), sightings or 1, recalls or 0, moment(last_at))
