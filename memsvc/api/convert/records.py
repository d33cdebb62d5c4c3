"""Export lines from records, and records from export lines."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc import wire
from memsvc.api.convert.derived_records import derived_lines, with_derived
from memsvc.api.convert.guard_records import guard_lines, with_guard
from memsvc.api.convert.outbound import plain
from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import (
    Key,
    KeyKind,
    Kind,
    Note,
    Origin,
    OriginSpan,
    Session,
    Status,
    TurnSpan,
)
from memsvc.domain.records import NoteRecord

__all__ = ["note_line", "note_record", "session_line", "session_record"]


def session_line(source: Session, digest: str) -> wire.SessionRecord:
    return wire.SessionRecord(
        id=source.id,
        started_at=source.started_at,
        turn_count=source.turn_count,
        digest=digest,
        metadata=plain(source.metadata),
    )


def session_record(line: wire.SessionRecord) -> Session:
    """Return the session; its row is the store's to give."""
    return Session(0, SessionId(line.id), line.started_at, line.turn_count, line.metadata)


def note_line(record: NoteRecord, history: Sequence[Change]) -> wire.NoteRecord:
    note = record.note
    return wire.NoteRecord(
        id=note.id,
        kind=note.kind.value,
        content=note.content,
        content_hash=note.content_hash,
        event_time=note.event_time,
        ingest_time=note.ingest_time,
        origin=note.origin.value,
        trust=note.trust,
        status=note.status.value,
        version=note.version,
        dedupe=record.dedupe,
        turns=tuple(wire.TurnSpan(role=t.role, start=t.start, end=t.end) for t in note.turns),
        session=note.session,
        position=note.position,
        valid_from=note.valid_from,
        valid_to=note.valid_to,
        expired_at=note.expired_at,
        superseded_by=note.superseded_by,
        principal=note.principal,
        origins=tuple(wire.OriginRecord(start=s.start, end=s.end, origin=s.origin.value) for s in note.origins),
        metadata=plain(note.metadata),
        key_version=record.key_version,
        keys=tuple(map(_key_line, record.keys)),
        history=tuple(_change_line(change) for change in history),
        **derived_lines(record),
        **guard_lines(record),
    )


def _key_line(key: Key) -> wire.KeyRecord:
    return wire.KeyRecord(
        kind=key.kind.value,
        text_hash=key.text_hash,
        start=key.start,
        end=key.end,
        text=key.text,
        event_start=key.event_start,
        event_end=key.event_end,
    )


def _change_line(change: Change) -> wire.ChangeRecord:
    return wire.ChangeRecord(
        sequence=change.sequence,
        operation=change.operation.value,
        at=change.at,
        actor=change.actor,
        version=change.version,
        patch=plain(change.patch),
    )


def note_record(line: wire.NoteRecord) -> tuple[NoteRecord, list[Change]]:
    """Return the record and its history; rows are the store's to give."""
    note = Note(
        row=0,
        id=NoteId(line.id),
        kind=Kind(line.kind),
        content=line.content,
        content_hash=line.content_hash,
        event_time=line.event_time,
        ingest_time=line.ingest_time,
        origin=Origin(line.origin),
        trust=line.trust,
        status=Status(line.status),
        version=line.version,
        turns=tuple(TurnSpan(t.role, t.start, t.end) for t in line.turns),
        session=None if line.session is None else SessionId(line.session),
        position=line.position,
        valid_from=line.valid_from,
        valid_to=line.valid_to,
        expired_at=line.expired_at,
        superseded_by=None if line.superseded_by is None else NoteId(line.superseded_by),
        metadata=line.metadata,
        principal=line.principal,
        origins=tuple(OriginSpan(s.start, s.end, Origin(s.origin)) for s in line.origins),
    )
    keys = tuple(
        Key(KeyKind(k.kind), k.text_hash, k.start, k.end, k.text, k.event_start, k.event_end) for k in line.keys
    )
    history = [
        Change(c.sequence, Operation(c.operation), 0, note.id, c.at, c.actor, c.version, c.patch)
        for c in line.history
    ]
    record = NoteRecord(note, line.dedupe, keys, line.key_version)
    return with_guard(with_derived(record, line), line), history
