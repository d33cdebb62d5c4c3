"""The hash chain of the audit log: an entry that is changed, moved or taken out breaks what follows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from memsvc.domain.guarding import AuditEntry, AuditEvent
from memsvc.domain.guarding_results import Break
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.domain.scope import Scope

__all__ = ["GENESIS", "entry_hash", "first_break", "next_entry"]

GENESIS = "0" * 64


def entry_hash(scope: Scope, entry: AuditEntry) -> str:
    """Return the SHA-256 hex over the chain's scope, the entry and the hash before it, as canonical JSON."""
    parts = [
        scope.tenant,
        scope.namespace,
        entry.sequence,
        entry.at.isoformat(),
        entry.actor,
        entry.event.value,
        entry.note,
        entry.detail,
        entry.previous,
    ]
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def next_entry(
    scope: Scope,
    head: AuditEntry | None,
    event: AuditEvent,
    *,
    note: NoteId | None,
    detail: Mapping[str, Json],
    at: datetime,
    actor: str,
) -> AuditEntry:
    """Return the entry that comes after `head`."""
    sequence, previous = (1, GENESIS) if head is None else (head.sequence + 1, head.hash)
    open_ = AuditEntry(sequence, at, actor, event, note, detail, previous, "")
    return AuditEntry(sequence, at, actor, event, note, detail, previous, entry_hash(scope, open_))


def first_break(scope: Scope, entries: Iterable[AuditEntry], *, after: AuditEntry | None = None) -> Break | None:
    """Return the first entry that does not follow from the one before; None when the chain holds.

    Entries that are missing at the end cannot be seen: compare the newest hash with one noted elsewhere.
    """
    sequence, previous = (0, GENESIS) if after is None else (after.sequence, after.hash)
    for entry in entries:
        if entry.sequence != sequence + 1:
            return Break(sequence + 1, f"entry {sequence + 1} is missing")
        if entry.previous != previous:
            return Break(entry.sequence, "it does not continue the entry before")
        if entry.hash != entry_hash(scope, entry):
            return Break(entry.sequence, "its content does not match its hash")
        sequence, previous = entry.sequence, entry.hash
    return None
