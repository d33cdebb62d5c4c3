"""Who stored how much, and what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, text

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc_stores.sql.elements import among
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.rows import note_of
from memsvc_stores.sql.statements import NOTES
from memsvc_stores.sql.tables import QUARANTINED, notes

__all__ = ["quarantined_by", "written_by", "written_since"]

_BY = (
    NOTES.where(notes.c.principal == bindparam("principal"), notes.c.row > bindparam("after"))
    .order_by(notes.c.row)
    .limit(bindparam("limit"))
)
# No condition on the principal, or all the notes of one who has stored for years could be read for a minute.
_SINCE = select(func.count().filter(notes.c.principal == bindparam("principal"))).where(
    notes.c.namespace_id == bindparam("namespace"), notes.c.ingest_time >= bindparam("since")
)
# The condition of the index is repeated as it stands there: else SQLite does not use it.
_QUARANTINED = (
    select(notes.c.dedupe_hash, notes.c.id)
    .where(
        notes.c.namespace_id == bindparam("namespace"),
        among(notes.c.dedupe_hash, "dedupes"),
        text(f"notes.{QUARANTINED}"),
        notes.c.principal == bindparam("principal"),
    )
    .order_by(notes.c.row.desc())
    .limit(bindparam("limit"))
)


def quarantined_by(
    executor: Executor, namespace: int, dedupes: Sequence[str], principal: str, *, most: int
) -> dict[str, tuple[NoteId, ...]]:
    """Return the newest quarantined notes of each dedupe hash that a principal stored, newest first."""
    hashes = executor.backend.many(dedupes)
    notes_of: defaultdict[str, list[NoteId]] = defaultdict(list)
    for dedupe, note in executor.all(
        _QUARANTINED, namespace=namespace, dedupes=hashes, principal=principal, limit=most
    ):
        notes_of[dedupe].append(NoteId(note))
    return {dedupe: tuple(found) for dedupe, found in notes_of.items()}


def written_by(executor: Executor, namespace: int, principal: str, *, after_row: int, limit: int) -> list[Note]:
    """Return the notes of every status that a principal stored, by ascending row."""
    found = executor.all(_BY, namespace=namespace, principal=principal, after=after_row, limit=limit)
    return [note_of(r) for r in found]


def written_since(executor: Executor, namespace: int, principal: str, since: int) -> int:
    """Return how many notes a principal has stored since a moment, in microseconds of ingest time."""
    count: int = executor.one(_SINCE, namespace=namespace, principal=principal, since=since)[0]
    return count
