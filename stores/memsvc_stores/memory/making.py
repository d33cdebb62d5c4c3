"""New states of notes, and what the journal says about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.notes import Json, Note
from memsvc.ports.storage import StatusChange

__all__ = ["changed_by", "difference", "lexical_texts", "note_of"]

_JOURNALLED = ("status", "valid_to", "expired_at", "superseded_by", "metadata")


def note_of(draft: NoteDraft, row: int) -> Note:
    """Return the first version of a note."""
    return Note(
        row=row,
        id=draft.id,
        kind=draft.kind,
        content=draft.content,
        content_hash=draft.content_hash,
        event_time=draft.event_time,
        ingest_time=draft.ingest_time,
        origin=draft.origin,
        trust=draft.trust,
        status=draft.status,
        version=1,
        turns=draft.turns,
        session=draft.session,
        position=draft.position,
        valid_from=draft.valid_from,
        metadata=draft.metadata,
    )


def changed_by(change: StatusChange, note: Note) -> Note:
    """Return the note after a change of status."""
    after = replace(note, status=change.status, version=note.version + 1)
    if change.operation is Operation.SUPERSEDED:
        return replace(after, valid_to=change.valid_to, superseded_by=change.superseded_by, expired_at=change.at)
    if change.operation is Operation.RESTORED:
        return replace(after, valid_to=None, superseded_by=None, expired_at=None)
    return after


def difference(before: Note, after: Note, *, reason: str | None = None) -> dict[str, Json]:
    """Return the journal's patch: each changed field with its old and new value, and the reason if given."""
    patch: dict[str, Json] = {
        name: {"old": _plain(getattr(before, name)), "new": _plain(getattr(after, name))}
        for name in _JOURNALLED
        if getattr(before, name) != getattr(after, name)
    }
    if reason is not None:
        patch["reason"] = {"old": None, "new": reason}
    return patch


def lexical_texts(note: Note) -> tuple[str, str]:
    """Return the user's words and everybody else's, as NoteDraft.lexical_fields does."""
    if not note.turns:
        return note.content, ""
    spoken = note.spoken()
    user = [turn.content for turn in spoken if turn.role == "user"]
    other = [turn.content for turn in spoken if turn.role != "user"]
    return "\n".join(user), "\n".join(other)


def _plain(value: Json | datetime) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
