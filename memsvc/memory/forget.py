"""Forget and restore a note, and change its metadata: all visible in its history, all revertible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Json, Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange, last_standing
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING
from memsvc.errors import Conflict, Forbidden
from memsvc.memory.checks import check_metadata
from memsvc.memory.context import Context
from memsvc.memory.guarding.recording import queue_probes
from memsvc.memory.look_up import existing_note
from memsvc.memory.policy import policy_of
from memsvc.ports.storage import Writer

__all__ = ["forget", "restore", "set_metadata"]

_FORGETTABLE = frozenset({Status.ACTIVE, Status.LIMITED, Status.PENDING, Status.SUPERSEDED})
_RESTORABLE = frozenset({Status.FORGOTTEN, Status.SUPERSEDED})


def forget(
    context: Context,
    scope: Scope,
    note: NoteId,
    *,
    actor: Actor,
    expected_version: int | None,
    reason: str | None,
) -> Note:
    """Hide a note at once; it can be restored until it is purged. Forgetting twice changes nothing."""
    change = StatusChange(
        note=note,
        operation=Operation.FORGOTTEN,
        status=Status.FORGOTTEN,
        at=context.clock(),
        actor=actor.name,
        reason=reason,
        expected_version=expected_version,
    )
    with context.storage.writer(scope) as writer:
        return _change(writer, existing_note(writer, note), change, allowed=_FORGETTABLE)


def restore(
    context: Context,
    scope: Scope,
    note: NoteId,
    *,
    actor: Actor,
    expected_version: int | None,
    reason: str | None,
) -> Note:
    """Give a forgotten note the status that it had before, or make a superseded one current again as it was.

    Raises Conflict when its twin has taken its place.
    """
    with context.storage.writer(scope) as writer:
        known = existing_note(writer, note)
        if known.status is Status.MERGED:
            raise Conflict(f"the note was merged into {known.superseded_by}; unmerge that one to have it back")
        history = writer.history(note)
        forgotten = known.status is Status.FORGOTTEN
        change = StatusChange(
            note=note,
            operation=Operation.RESTORED,
            status=_before_forgetting(history) if forgotten else last_standing(history),
            at=context.clock(),
            actor=actor.name,
            reason=reason,
            expected_version=expected_version,
        )
        after = _change(writer, known, change, allowed=_RESTORABLE)
        if after.version != known.version and after.status is Status.LIMITED:
            # Its probe may have come while it was hidden, and passed it over.
            queue_probes(context, writer, [after], now=change.at)
        if after.version != known.version and policy_of(writer).retention.counts:
            # It is wanted: what goes by use shall not take it away again at once.
            writer.strengths.recalled({note: 1}, at=change.at)
        return after


def _before_forgetting(history: Sequence[Change]) -> Status:
    for change in reversed(history):
        if change.operation is Operation.ROLLED_BACK:
            break
        status = change.patch.get("status")
        if change.operation is Operation.FORGOTTEN and isinstance(status, Mapping):
            return Status(str(status["old"]))
    return last_standing(history)


def _change(writer: Writer, known: Note, change: StatusChange, *, allowed: frozenset[Status]) -> Note:
    if known.status is change.status and change.expected_version in (None, known.version):
        return known
    if known.status is not change.status and known.status not in allowed:
        raise Conflict(f"a note that is {known.status} cannot be {change.operation}")
    return writer.change_status(change)


def set_metadata(
    context: Context,
    scope: Scope,
    note: NoteId,
    metadata: Mapping[str, Json],
    *,
    actor: Actor,
    expected_version: int | None,
) -> Note:
    """Replace a note's metadata and return the note; raises Forbidden for who is trusted less than the note.

    An agent reads metadata beside the content, and so it is no less trusted.
    """
    check_metadata(metadata, context.limits)
    with context.storage.writer(scope) as writer:
        if TRUST_OF_ORIGIN[actor.ceiling] < existing_note(writer, note).trust:
            raise Forbidden(
                "the note is trusted more than this key may be, and its metadata is read beside it; "
                "store a note of your own, or use a key of a more trusted origin"
            )
        now = context.clock()
        after = writer.set_metadata(note, metadata, expected_version=expected_version, at=now, actor=actor.name)
        if after.status in HOLDING:
            queue_probes(context, writer, [after], now=now)
        return after
