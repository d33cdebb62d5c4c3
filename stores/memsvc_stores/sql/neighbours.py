"""The notes before and after a note in its session: by position, those without one last, then by row.

Thoughts stand in no place of their session: they are no neighbours.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal_column, or_, tuple_

from memsvc.domain.notes import Kind, Note
from memsvc.domain.selection import VISIBLE
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import note_of
from memsvc_stores.sql.statements import NOTES
from memsvc_stores.sql.tables import notes, sessions

__all__ = ["around"]

_LAST = 2**62
_PLACE = func.coalesce(notes.c.position, literal_column(str(_LAST)))
_HERE = tuple_(bindparam("place", type_=notes.c.event_time.type), bindparam("row", type_=notes.c.row.type))
_FELLOWS = NOTES.where(
    sessions.c.namespace_id == bindparam("namespace"),
    sessions.c.id == bindparam("session"),
    notes.c.kind != Kind.THOUGHT.value,
    or_(*[notes.c.status == status.value for status in sorted(VISIBLE)]),
).limit(bindparam("count"))
_BEFORE = _FELLOWS.where(tuple_(_PLACE, notes.c.row) < _HERE).order_by(_PLACE.desc(), notes.c.row.desc())
_AFTER = _FELLOWS.where(tuple_(_PLACE, notes.c.row) > _HERE).order_by(_PLACE, notes.c.row)


def around(executor: Executor, namespace: int, note: Note, *, count: int) -> tuple[list[Note], list[Note]]:
    """Return up to `count` visible notes of its session before and after it, each in session order."""
    here = {
        "namespace": namespace,
        "session": note.session,
        "place": _LAST if note.position is None else note.position,
        "row": note.row,
        "count": count,
    }
    before = [note_of(r) for r in executor.all(_BEFORE, **here)]
    after = [note_of(r) for r in executor.all(_AFTER, **here)]
    return before[::-1], after
