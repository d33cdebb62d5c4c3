"""What a MemoryStorage holds: values that are never changed once they are committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change
from memsvc.domain.derivations import Role
from memsvc.domain.guarding import AuditEntry
from memsvc.domain.ids import NamespaceName, NoteId, SessionId, TenantId
from memsvc.domain.links import Link, LinkType
from memsvc.domain.notes import Key, Note, Session
from memsvc.domain.policies import PolicyVersion
from memsvc.domain.scope import Scope
from memsvc.domain.triples import Triple
from memsvc.domain.uses import Uses
from memsvc.ports.embedding import Model, Vector
from memsvc_stores.memory.buckets import FilledEpoch
from memsvc_stores.memory.guard_state import GuardData
from memsvc_stores.memory.lexical import WordCounts

__all__ = ["NamespaceData", "SavedResponse", "SessionEntry", "StoredNote", "World"]


@dataclass(frozen=True, slots=True)
class SessionEntry:
    session: Session
    digest: str = ""


@dataclass(frozen=True, slots=True)
class StoredNote:
    """A note with its keys; `keyed_at` is the sequence at which the keys were last written."""

    note: Note
    dedupe: str | None
    keys: tuple[Key, ...]
    words: WordCounts
    keyed_at: int
    key_version: str | None = None
    attributes: Attributes | None = None

    def happened(self, start: datetime, end: datetime) -> bool:
        """Say whether the note's time, or an event of a key, lies in [start, end)."""
        events = [
            (key.event_start, key.event_end)
            for key in self.keys
            if key.event_start is not None and key.event_end is not None
        ]
        return start <= self.note.event_time < end or any(first < end and last >= start for first, last in events)


@dataclass(frozen=True, slots=True)
class SavedResponse:
    namespace: NamespaceName
    request_hash: str
    response: bytes
    at: datetime


@dataclass(slots=True)
class NamespaceData:
    """One namespace; a writer changes a copy, so what a reader holds stays as it was.

    `notes` is in ascending order of rows, `journal` holds the sequences 1, 2, 3...
    """

    row: int
    model: Model
    created_at: datetime
    notes: dict[int, StoredNote] = field(default_factory=dict)
    rows: dict[NoteId, int] = field(default_factory=dict)
    taken: dict[str, NoteId] = field(default_factory=dict)
    sessions: dict[SessionId, SessionEntry] = field(default_factory=dict)
    journal: list[Change] = field(default_factory=list)
    vectors: dict[tuple[str, str], Vector] = field(default_factory=dict)
    derivations: set[tuple[int, int, Role]] = field(default_factory=set)
    links: dict[tuple[int, int, LinkType], Link] = field(default_factory=dict)
    mentions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    triples: dict[int, tuple[Triple, ...]] = field(default_factory=dict)
    epochs: dict[int, FilledEpoch] = field(default_factory=dict)
    policies: list[PolicyVersion] = field(default_factory=list)
    strengths: dict[int, Uses] = field(default_factory=dict)
    guard: GuardData = field(default_factory=GuardData)

    def copy(self) -> NamespaceData:
        return replace(
            self,
            notes=dict(self.notes),
            rows=dict(self.rows),
            taken=dict(self.taken),
            sessions=dict(self.sessions),
            journal=list(self.journal),
            vectors=dict(self.vectors),
            derivations=set(self.derivations),
            links=dict(self.links),
            mentions=dict(self.mentions),
            triples=dict(self.triples),
            epochs={number: filled.copy() for number, filled in self.epochs.items()},
            policies=list(self.policies),
            strengths=dict(self.strengths),
            guard=self.guard.copy(),
        )

    def find(self, note: NoteId) -> StoredNote | None:
        row = self.rows.get(note)
        return None if row is None else self.notes[row]


@dataclass(frozen=True, slots=True)
class World:
    """All namespaces, audit logs and kept responses, replaced as a whole by each commit.

    The rows are the last used.
    """

    namespaces: Mapping[Scope, NamespaceData] = field(default_factory=dict)
    responses: Mapping[tuple[TenantId, str], SavedResponse] = field(default_factory=dict)
    audits: Mapping[Scope, Sequence[AuditEntry]] = field(default_factory=dict)
    namespace_row: int = 0
    note_row: int = 0
    session_row: int = 0
