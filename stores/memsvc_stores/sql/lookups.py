"""Which rows notes have, and which of them are visible."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select

from memsvc.domain.ids import NoteId
from memsvc.domain.selection import VISIBLE
from memsvc.errors import NotFound
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.tables import notes

__all__ = ["rows_of", "visible"]

_ROWS = select(notes.c.id, notes.c.row).where(
    notes.c.namespace_id == bindparam("namespace"), among(notes.c.id, "ids")
)


def rows_of(executor: Executor, namespace: int, ids: Collection[NoteId]) -> dict[NoteId, int]:
    """Return the row of each note; raises NotFound when one does not exist."""
    wanted = list(dict.fromkeys(ids))
    found = dict(executor.all(_ROWS, namespace=namespace, ids=executor.backend.many(wanted)))
    missing = [note for note in wanted if note not in found]
    if missing:
        raise NotFound(f"there is no note {missing[0]} in this namespace; nothing was stored")
    return found


def visible(status: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a status is one of the visible ones."""
    return or_(*[status == each.value for each in sorted(VISIBLE)])
