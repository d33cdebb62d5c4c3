"""Between database rows (plain tuples, times in microseconds) and the domain's values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import JobId, NamespaceName, NoteId, SessionId, TenantId
from memsvc.domain.jobs import Job, JobStatus, Progress
from memsvc.domain.notes import Json, Key, KeyKind, Kind, Note, Origin, OriginSpan, Session, Status, TurnSpan
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc_stores.sql.tables import jobs, journal, keys, notes, sessions

__all__ = [
    "CHANGE_COLUMNS",
    "JOB_COLUMNS",
    "KEY_COLUMNS",
    "NOTE_COLUMNS",
    "SESSION_COLUMNS",
    "change_of",
    "encode_json",
    "encode_origins",
    "encode_turns",
    "job_of",
    "key_of",
    "micros",
    "moment",
    "note_of",
    "session_of",
]

NOTE_COLUMNS = (
    notes.c.row,
    notes.c.id,
    notes.c.kind,
    notes.c.content,
    notes.c.content_hash,
    notes.c.event_time,
    notes.c.ingest_time,
    notes.c.origin,
    notes.c.trust,
    notes.c.status,
    notes.c.version,
    notes.c.turns,
    sessions.c.id.label("session"),
    notes.c.position,
    notes.c.valid_from,
    notes.c.valid_to,
    notes.c.expired_at,
    notes.c.superseded_by,
    notes.c.metadata,
    notes.c.principal,
    notes.c.origins,
)
SESSION_COLUMNS = (
    sessions.c.row,
    sessions.c.id,
    sessions.c.started_at,
    sessions.c.turn_count,
    sessions.c.metadata,
)
KEY_COLUMNS = (
    keys.c.kind,
    keys.c.text_hash,
    keys.c.span_start,
    keys.c.span_end,
    keys.c.text,
    keys.c.event_start,
    keys.c.event_end,
)
CHANGE_COLUMNS = (
    journal.c.sequence,
    journal.c.operation,
    journal.c.note_row,
    journal.c.note_id,
    journal.c.at,
    journal.c.actor,
    journal.c.version,
    journal.c.patch,
)
JOB_COLUMNS = (
    jobs.c.row,
    jobs.c.id,
    jobs.c.tenant,
    jobs.c.namespace,
    jobs.c.kind,
    jobs.c.status,
    jobs.c.attempts,
    jobs.c.leases,
    jobs.c.priority,
    jobs.c.run_after,
    jobs.c.created_at,
    jobs.c.max_attempts,
    jobs.c.started_at,
    jobs.c.ended_at,
    jobs.c.lease_until,
    jobs.c.worker,
    jobs.c.progress,
    jobs.c.error,
    jobs.c.result,
    jobs.c.payload,
)


# A recall maps hundreds of notes: looking values up costs a tenth of calling the enumerations, and the notes of
# one write share their times.
_KINDS = {str(kind): kind for kind in Kind}
_ORIGINS = {str(origin): origin for origin in Origin}
_STATUSES = {str(status): status for status in Status}
_instant = lru_cache(maxsize=4096)(from_microseconds)
_decode_json = json.JSONDecoder().raw_decode


def micros(value: datetime | None) -> int | None:
    return None if value is None else to_microseconds(value)


def moment(value: int | None) -> datetime | None:
    return None if value is None else _instant(value)


def encode_json(value: Mapping[str, Json]) -> str:
    if not value:
        return "{}"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode_turns(turns: Sequence[TurnSpan]) -> str:
    if not turns:
        return "[]"
    return json.dumps([(t.role, t.start, t.end) for t in turns], ensure_ascii=False, separators=(",", ":"))


def encode_origins(origins: Sequence[OriginSpan]) -> str:
    if not origins:
        return "[]"
    return json.dumps([(o.start, o.end, o.origin.value) for o in origins], separators=(",", ":"))


def _object(text: str) -> Mapping[str, Json]:
    if text == "{}":
        return {}
    decoded: Mapping[str, Json] = _decode_json(text)[0]
    return decoded


def _turns(text: str) -> tuple[TurnSpan, ...]:
    if text == "[]":
        return ()
    return tuple(TurnSpan(role, start, end) for role, start, end in json.loads(text))


def _spans(text: str) -> tuple[OriginSpan, ...]:
    if text == "[]":
        return ()
    return tuple(OriginSpan(start, end, _ORIGINS[origin]) for start, end, origin in json.loads(text))


def note_of(r: Sequence[Any]) -> Note:
    """Map the NOTE_COLUMNS, which are in the order of the fields of Note."""
    return Note(
        r[0],
        r[1],
        _KINDS[r[2]],
        r[3],
        r[4],
        _instant(r[5]),
        _instant(r[6]),
        _ORIGINS[r[7]],
        r[8],
        _STATUSES[r[9]],
        r[10],
        _turns(r[11]),
        r[12],
        r[13],
        moment(r[14]),
        moment(r[15]),
        moment(r[16]),
        r[17],
        _object(r[18]),
        r[19],
        _spans(r[20]),
    )


def session_of(r: Sequence[Any]) -> Session:
    """Map the SESSION_COLUMNS."""
    return Session(r[0], SessionId(r[1]), from_microseconds(r[2]), r[3], _object(r[4]))


def key_of(r: Sequence[Any]) -> Key:
    """Map the KEY_COLUMNS."""
    return Key(KeyKind(r[0]), r[1], r[2], r[3], r[4], moment(r[5]), moment(r[6]))


def change_of(r: Sequence[Any]) -> Change:
    """Map the CHANGE_COLUMNS."""
    return Change(
        sequence=r[0],
        operation=Operation(r[1]),
        note_row=r[2],
        note=NoteId(r[3]),
        at=from_microseconds(r[4]),
        actor=r[5],
        version=r[6],
        patch=_object(r[7]),
    )


def job_of(r: Sequence[Any]) -> Job:
    """Map the JOB_COLUMNS, which are in the order of the fields of Job."""
    return Job(
        row=r[0],
        id=JobId(r[1]),
        tenant=TenantId(r[2]),
        namespace=NamespaceName(r[3]),
        kind=r[4],
        status=JobStatus(r[5]),
        attempts=r[6],
        leases=r[7],
        priority=r[8],
        run_after=from_microseconds(r[9]),
        created_at=from_microseconds(r[10]),
        max_attempts=r[11],
        started_at=moment(r[12]),
        ended_at=moment(r[13]),
        lease_until=moment(r[14]),
        worker=r[15],
        progress=None if r[16] is None else Progress(*json.loads(r[16])),
        error=r[17],
        result=None if r[18] is None else _object(r[18]),
        payload=_object(r[19]),
    )
