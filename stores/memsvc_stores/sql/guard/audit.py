"""The audit log: a hash chain for each tenant and namespace name, which outlives the namespace."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from memsvc.domain.guarding import AuditEntry, AuditEvent
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope
from memsvc.domain.time import from_microseconds, to_microseconds
from memsvc.guard.chain import next_entry
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.guard_tables import audit

__all__ = ["append_entry", "read_entries", "read_head"]

_CHAIN = select(
    audit.c.sequence,
    audit.c.at,
    audit.c.actor,
    audit.c.event,
    audit.c.note_id,
    audit.c.detail,
    audit.c.previous,
    audit.c.hash,
).where(audit.c.tenant == bindparam("tenant"), audit.c.namespace == bindparam("namespace"))
_AFTER = _CHAIN.where(audit.c.sequence > bindparam("after")).order_by(audit.c.sequence).limit(bindparam("limit"))
_HEAD = _CHAIN.order_by(audit.c.sequence.desc()).limit(1)
_INSERT = insert(audit).inline()
# A chain may go on before its namespace exists, or after: then there is no row that its writers could hold.
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def read_entries(executor: Executor, scope: Scope, *, after: int, limit: int) -> list[AuditEntry]:
    """Return entries with a greater sequence, ascending."""
    found = executor.all(_AFTER, tenant=scope.tenant, namespace=scope.namespace, after=after, limit=limit)
    return [_entry(r) for r in found]


def read_head(executor: Executor, scope: Scope) -> AuditEntry | None:
    """Return the newest entry."""
    found = executor.one(_HEAD, tenant=scope.tenant, namespace=scope.namespace)
    return None if found is None else _entry(found)


def append_entry(
    executor: Executor,
    scope: Scope,
    event: AuditEvent,
    *,
    note: NoteId | None,
    detail: Mapping[str, Json],
    at: datetime,
    actor: str,
) -> AuditEntry:
    """Add an entry after the newest one, which no other transaction can do until this one ends."""
    if not executor.backend.is_sqlite:
        executor.query(_HOLD, (f"{scope.tenant}/{scope.namespace}",))
    moment = from_microseconds(to_microseconds(at))
    head = read_head(executor, scope)
    entry = next_entry(scope, head, event, note=note, detail=detail, at=moment, actor=actor)
    executor.run(
        _INSERT,
        tenant=scope.tenant,
        namespace=scope.namespace,
        sequence=entry.sequence,
        at=to_microseconds(entry.at),
        actor=entry.actor,
        event=entry.event.value,
        note_id=entry.note,
        detail=json.dumps(entry.detail, separators=(",", ":"), allow_nan=False),
        previous=entry.previous,
        hash=entry.hash,
    )
    return entry


def _entry(r: Sequence[Any]) -> AuditEntry:
    """Return the entry of a row; what somebody has changed past reading is left out, and its hash is wrong."""
    sequence, at, actor, event, note, detail, previous, digest = r
    try:
        moment, told, known = from_microseconds(at), json.loads(detail), AuditEvent(event)
    except (TypeError, ValueError, OverflowError):
        moment, told, known = from_microseconds(0), {}, AuditEvent.UNREADABLE
    if not isinstance(told, dict):
        told, known = {}, AuditEvent.UNREADABLE
    return AuditEntry(
        sequence=sequence,
        at=moment,
        actor=actor,
        event=known,
        note=None if note is None else NoteId(note),
        detail=told,
        previous=previous,
        hash=digest,
    )
