"""The row of a note that exists, brought to its new state."""

from __future__ import annotations

from sqlalchemy import bindparam, case, null, select, update

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.domain.selection import HOLDING
from memsvc.errors import Conflict
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import micros
from memsvc_stores.sql.tables import notes

__all__ = ["holder_of", "update_note"]

_UPDATE = (
    update(notes)
    .where(notes.c.namespace_id == bindparam("namespace"), notes.c.row == bindparam("note"))
    .values(
        status=bindparam("new_status"),
        version=bindparam("new_version"),
        valid_to=bindparam("new_valid_to"),
        expired_at=bindparam("new_expired_at"),
        superseded_by=bindparam("new_superseded_by"),
        metadata=bindparam("new_metadata"),
        dedupe=case((bindparam("holds", type_=notes.c.version.type) == 1, notes.c.dedupe_hash), else_=null()),
    )
)
_other = notes.alias("other")
_HOLDER = select(_other.c.id).where(
    notes.c.namespace_id == bindparam("namespace"),
    notes.c.row == bindparam("note"),
    _other.c.namespace_id == bindparam("namespace"),
    _other.c.dedupe == notes.c.dedupe_hash,
    _other.c.row != notes.c.row,
)


def holder_of(executor: Executor, namespace: int, row: int) -> NoteId | None:
    """Return the other note that has the place of this one among the visible notes."""
    found = executor.one(_HOLDER, namespace=namespace, note=row)
    return None if found is None else NoteId(found[0])


def update_note(executor: Executor, namespace: int, before: Note, after: Note) -> None:
    """Store the new state; raises Conflict when the note returns and its place is taken."""
    holds = after.status in HOLDING
    if holds and before.status not in HOLDING:
        holder = holder_of(executor, namespace, after.row)
        if holder is not None:
            raise Conflict(f"note {holder} holds the same content; forget it before note {after.id} returns")
    executor.run(
        _UPDATE,
        namespace=namespace,
        note=after.row,
        new_status=after.status.value,
        new_version=after.version,
        new_valid_to=micros(after.valid_to),
        new_expired_at=micros(after.expired_at),
        new_superseded_by=after.superseded_by,
        new_metadata=executor.backend.metadata(after.metadata),
        holds=int(holds),
    )
