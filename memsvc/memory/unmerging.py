"""A merge taken back: its sources are current again as they were, and the merged thought is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.errors import Conflict
from memsvc.memory.context import Context
from memsvc.memory.look_up import existing_note
from memsvc.ports.storage import Writer

__all__ = ["unmerge"]


def unmerge(
    context: Context, scope: Scope, note: NoteId, *, actor: Actor, expected_version: int | None = None
) -> list[Note]:
    """Return the sources that are current again; they will not be merged with one another by rule any more.

    Sources that somebody has forgotten since stay so. Raises NotFound, PreconditionFailed, and Conflict for what
    was not merged, is not current, has no source left to come back, or whose source's place another thought has
    taken.
    """
    now = context.clock()
    with context.storage.writer(scope) as writer:
        merged = existing_note(writer, note)
        sources = _sources(writer, merged)
        writer.change_status(
            StatusChange(
                note=note,
                operation=Operation.FORGOTTEN,
                status=Status.FORGOTTEN,
                at=now,
                actor=actor.name,
                reason="unmerged",
                expected_version=expected_version,
            )
        )
        return [
            writer.change_status(
                StatusChange(
                    note=source.id,
                    operation=Operation.RESTORED,
                    status=_before_merging(writer.history(source.id)),
                    at=now,
                    actor=actor.name,
                    reason="unmerged",
                )
            )
            for source in sources
        ]


def _sources(writer: Writer, merged: Note) -> list[Note]:
    derived = [each.source for each in writer.derivations.sources([merged.id]) if each.role is Role.MERGE]
    if not derived:
        raise Conflict(f"note {merged.id} was not merged from others; there is nothing to take back")
    if merged.status not in VISIBLE:
        raise Conflict(f"note {merged.id} is {merged.status}; unmerge or restore what took its place first")
    sources = [
        source
        for source in writer.notes(derived)
        if source.status is Status.MERGED and source.superseded_by == merged.id
    ]
    if not sources:
        raise Conflict(f"no source of note {merged.id} waits to come back; forget the note if it is not wanted")
    return sources


def _before_merging(history: Sequence[Change]) -> Status:
    for change in reversed(history):
        status = change.patch.get("status")
        if change.operation is Operation.MERGED and isinstance(status, Mapping):
            return Status(str(status["old"]))
    return Status.ACTIVE
