"""Notes that are told again: counted, and let in when that has been often enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.policies import RetentionPolicy
from memsvc.domain.revising import StatusChange
from memsvc.ports.storage import Writer

__all__ = ["admit", "count_sightings", "held_back"]


def held_back(drafts: Sequence[NoteDraft], retention: RetentionPolicy) -> Sequence[NoteDraft]:
    """Return the drafts, pending where the policy wants to see their kind more than once."""
    if not retention.admit_after:
        return drafts
    return [
        replace(draft, status=Status.PENDING)
        if draft.status is Status.ACTIVE and retention.admit_after.get(draft.kind, 1) > 1
        else draft
        for draft in drafts
    ]


def count_sightings(
    writer: Writer, retention: RetentionPolicy, told: Sequence[NoteId], *, now: datetime, actor: str
) -> list[Note]:
    """Count notes that were told again, if the policy goes by it; admit and return those seen often enough."""
    if not told or not retention.counts:
        return []
    writer.strengths.sighted(told, at=now)
    if not retention.admit_after:
        return []
    seen = {strength.note: strength.sightings for strength in writer.strengths.of(told)}
    return [
        admit(writer, note.id, seen=seen[note.id], now=now, actor=actor)
        for note in writer.notes(list(seen))
        if note.status is Status.PENDING and seen[note.id] >= retention.admit_after.get(note.kind, 1)
    ]


def admit(writer: Writer, note: NoteId, *, seen: int, now: datetime, actor: str) -> Note:
    """Make a pending note active; it keeps its place, so none can have taken it."""
    reason = f"admitted: seen {seen} times"
    return writer.change_status(StatusChange(note, Operation.UPDATED, Status.ACTIVE, now, actor, reason=reason))
