"""Who stored how much, and what."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal_column, select

from memsvc.domain.notes import Note
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import note_of
from memsvc_stores.sql.statements import NOTES
from memsvc_stores.sql.tables import notes

__all__ = ["count_since", "written_by"]

_BY = (
    NOTES.where(notes.c.principal == bindparam("principal"), notes.c.row > bindparam("after"))
    .order_by(notes.c.row)
    .limit(bindparam("limit"))
)
# The text is made anew, or SQLite would read the whole index of principals for its order.
_PRINCIPAL = notes.c.principal.concat(literal_column("''"))
_SINCE = (
    select(_PRINCIPAL, func.count())
    .where(notes.c.namespace_id == bindparam("namespace"), notes.c.ingest_time >= bindparam("since"))
    .group_by(_PRINCIPAL)
)


def written_by(executor: Executor, namespace: int, principal: str, *, after_row: int, limit: int) -> list[Note]:
    """Return the notes of every status that a principal stored, by ascending row."""
    found = executor.all(_BY, namespace=namespace, principal=principal, after=after_row, limit=limit)
    return [note_of(r) for r in found]


def count_since(executor: Executor, namespace: int, since: int) -> dict[str, int]:
    """Return how many notes each principal has stored since a moment, in microseconds of ingest time."""
    return dict(executor.all(_SINCE, namespace=namespace, since=since))
