"""The visible notes next to notes in their sessions: by position, those without one last, then by row.

Thoughts are passed over: they belong to a session, but say again what its rounds say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, func, or_, select

from memsvc.domain.notes import Kind
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.lookups import visible
from memsvc_stores.sql.tables import notes

__all__ = ["beside"]

_here, _fellow = notes.alias("here"), notes.alias("fellow")
_PLACED = _fellow.c.position.is_not(None)
_UNPLACED = _fellow.c.position.is_(None)


def _first(*conditions: ColumnElement[bool], forward: bool) -> ScalarSelect[Any]:
    """Return the first fellow that meets the conditions; the index of sessions has them in order."""
    order = [_fellow.c.position, _fellow.c.row]
    return (
        select(_fellow.c.row)
        .where(
            _fellow.c.namespace_id == bindparam("namespace"),
            _fellow.c.session_row == _here.c.session_row,
            visible(_fellow.c.status),
            _fellow.c.kind != Kind.THOUGHT.value,
            *conditions,
        )
        .order_by(*(order if forward else [column.desc() for column in order]))
        .limit(1)
        .scalar_subquery()
    )


def _tied(later: ColumnElement[bool], position: ColumnElement[bool]) -> ColumnElement[bool]:
    """Let the row decide between notes at one position; `position` alone bounds the part of the index."""
    return and_(position, or_(_fellow.c.position != _here.c.position, later))


_NEXT = case(
    (
        _here.c.position.is_not(None),
        func.coalesce(
            _first(_tied(_fellow.c.row > _here.c.row, _fellow.c.position >= _here.c.position), forward=True),
            _first(_UNPLACED, forward=True),
        ),
    ),
    else_=_first(_UNPLACED, _fellow.c.row > _here.c.row, forward=True),
)
_PREVIOUS = case(
    (
        _here.c.position.is_not(None),
        _first(_tied(_fellow.c.row < _here.c.row, _fellow.c.position <= _here.c.position), forward=False),
    ),
    else_=func.coalesce(
        _first(_UNPLACED, _fellow.c.row < _here.c.row, forward=False), _first(_PLACED, forward=False)
    ),
)
_BESIDE = select(_here.c.row, _PREVIOUS.label("previous"), _NEXT.label("next")).where(
    _here.c.namespace_id == bindparam("namespace"),
    among(_here.c.row, "rows"),
    visible(_here.c.status),
    _here.c.kind != Kind.THOUGHT.value,
    _here.c.session_row.is_not(None),
)


def beside(executor: Executor, namespace: int, rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return (row, neighbour) of the visible notes in `rows` that have a note before or after them."""
    found = executor.all(_BESIDE, namespace=namespace, rows=executor.backend.many(rows))
    return [(row, other) for row, *others in found for other in others if other is not None]
