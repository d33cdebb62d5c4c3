"""The store: a reader and a writer of one namespace, each one transaction.

Scope comes first: there is no way to a row except through `Storage.reader(scope)` or `Storage.writer(scope)`,
and everything that these return or touch belongs to that tenant and namespace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from datetime import datetime
from operator import add
from typing import Protocol

import numpy as np

from memsvc.domain.access import ApiKey
from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change, Operation
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NamespaceName, NoteId, SessionId, TenantId
from memsvc.domain.jobs import Lease, NewJob
from memsvc.domain.notes import Json, Key, KeyGroup, Note, Session, Status
from memsvc.domain.records import NoteRecord
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.ports.derived import (
    Derivations,
    Links,
    Mentions,
    ReadAttributes,
    ReadDerivations,
    ReadLinks,
    ReadMentions,
    ReadTriples,
    Triples,
)
from memsvc.ports.embedding import EmbeddingCache, Model
from memsvc.ports.guard import Guard, ReadGuard
from memsvc.ports.hashing import Buckets, ReadBuckets
from memsvc.ports.jobs import JobQueue
from memsvc.ports.policies import Policies, ReadPolicies, ReadStrengths, Strengths
from memsvc.ports.ranking import NamespaceState, Ranked, Rows, VectorDelta
from memsvc.ports.usage import LlmLedger

__all__ = [
    "Added",
    "ApiKeyStore",
    "Directory",
    "NamespaceInfo",
    "Places",
    "PurgeCounts",
    "Reader",
    "Storage",
    "StoreStats",
    "Writer",
]


@dataclass(frozen=True, slots=True)
class NamespaceInfo:
    """A namespace in the directory; `notes` counts those of every status."""

    name: NamespaceName
    model: Model
    notes: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Counts of one namespace; notes by status, and keys with vectors."""

    notes: Mapping[Status, int]
    sessions: int
    keys: int
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one draft: the new row, or the visible note with the same dedupe hash."""

    row: int | None
    duplicate_of: NoteId | None


@dataclass(frozen=True, slots=True)
class Places:
    """Notes in parallel arrays: row, session row (-1: none), position in turns (-1: none), indexed words.

    `mean_words` is the average over the namespace.
    """

    rows: Rows
    sessions: Rows
    positions: Rows
    words: Rows
    mean_words: float

    @classmethod
    def of(cls, found: Sequence[tuple[int, int, int, int]], *, mean_words: float) -> Places:
        """Return the arrays of (row, session row, position, words) in ascending order of rows."""
        columns = np.array(found, np.int64).reshape(len(found), 4).T
        return cls(columns[0], columns[1], columns[2], columns[3], mean_words)


@dataclass(frozen=True, slots=True)
class PurgeCounts:
    """What was deleted; `restored` notes had been merged into deleted ones and returned."""

    notes: int
    keys: int
    vectors: int
    sessions: int
    attributes: int = 0
    links: int = 0
    derivations: int = 0
    triples: int = 0
    restored: int = 0

    def __add__(self, more: PurgeCounts) -> PurgeCounts:
        return PurgeCounts(*map(add, astuple(self), astuple(more)))


class Reader(Protocol):
    """One namespace as a snapshot of one read transaction."""

    @property
    def scope(self) -> Scope: ...

    @property
    def state(self) -> NamespaceState | None:
        """The namespace, or None when nothing was ever written to it; then every read is empty."""

    @property
    def vectors(self) -> EmbeddingCache:
        """The vectors of this namespace by model and content hash.

        A Reader's cache only reads: its `put_many` raises StorageReadOnly.
        """

    @property
    def attributes(self) -> ReadAttributes: ...

    @property
    def derivations(self) -> ReadDerivations: ...

    @property
    def links(self) -> ReadLinks: ...

    @property
    def mentions(self) -> ReadMentions: ...

    @property
    def policies(self) -> ReadPolicies: ...

    @property
    def strengths(self) -> ReadStrengths: ...

    @property
    def guard(self) -> ReadGuard: ...

    def notes(self, ids: Sequence[NoteId]) -> list[Note]:
        """Return the notes that exist, of any status, in the order of `ids`."""

    def replaced_by(self, notes: Sequence[NoteId]) -> list[Note]:
        """Return the notes that name one of these as what superseded or absorbed them, by row."""

    def notes_by_row(self, rows: Sequence[int]) -> list[Note]:
        """Return the notes that exist, of any status, in the order of `rows`."""

    def size(self) -> int:
        """Return how many notes are stored, of every status; costs nothing."""

    def matching_rows(self, selection: Selection, *, among: Sequence[int] | None = None) -> Rows:
        """Return the rows of the selected notes, of those in `among` if it is given, ascending."""

    def page(self, selection: Selection, *, after_row: int, limit: int) -> list[Note]:
        """Return selected notes with row > after_row, by ascending row."""

    def session(self, session: SessionId) -> Session | None: ...

    def sessions_page(self, *, after_row: int, limit: int) -> list[Session]: ...

    def sessions_by_row(self, rows: Sequence[int]) -> list[Session]:
        """Return the sessions that exist, in the order of `rows`."""

    def session_rows(self, note_rows: Sequence[int]) -> dict[int, int]:
        """Return the session row of each note row that belongs to a session."""

    def happened(self, rows: Sequence[int], start: datetime, end: datetime) -> Rows:
        """Return those rows, ascending, whose event time, or an event of a key, lies in [start, end)."""

    def places(self, rows: Sequence[int]) -> Places:
        """Return where the notes that exist stand in their sessions, by ascending row."""

    def heads(self, *, limit: int, chars: int) -> list[str]:
        """Return how the contents of the newest visible notes begin, newest first; thoughts say it otherwise."""

    def around(self, note: Note, *, count: int) -> tuple[list[Note], list[Note]]:
        """Return up to `count` visible notes before and after it in its session, each in session order.

        That is by position, notes without one last, then by row. Thoughts are not among them.
        """

    def keys(self, note: NoteId) -> list[Key]: ...

    def keyed_otherwise(self, version: str, *, after_row: int, limit: int) -> list[Note]:
        """Return notes of every status whose keys are of another version, or missing, by ascending row."""

    def count_keyed_otherwise(self, version: str) -> int:
        """Return how many notes `keyed_otherwise` has."""

    def history(self, note: NoteId) -> list[Change]:
        """Return the journal of a note, oldest first; empty for an unknown one, kept after a purge."""

    def changes(self, *, after_sequence: int, limit: int) -> list[Change]: ...

    def lexical(self, text: str, *, limit: int, allowed: Rows | None) -> dict[str, Ranked]:
        """Return the best notes by BM25 for the arms lexical_user and lexical_all.

        `allowed` (sorted rows) restricts inside the search, whatever the status; None means visible notes.
        """

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        """Return what an index must apply (see VectorSource)."""

    def may_have(self, group: KeyGroup) -> bool:
        """Return False only when no note has a key of the group; costs one look-up (see KeyedSource)."""

    @property
    def triples(self) -> ReadTriples: ...

    @property
    def buckets(self) -> ReadBuckets: ...

    def duplicates(self, dedupes: Sequence[str]) -> dict[str, NoteId]:
        """Return the visible note of each dedupe hash that is taken."""

    def saved_response(self, key: str) -> tuple[str, bytes] | None:
        """Return (request hash, response) kept under an idempotency key of this tenant."""

    def session_digest(self, session: SessionId) -> str:
        """Return the digest kept with the session's ingested turns; '' for an unknown or new one."""

    def records(self, *, after_row: int, limit: int) -> list[NoteRecord]:
        """Return notes of every status with all that is kept of them, by ascending row."""

    def stats(self) -> StoreStats: ...


class Writer(Reader, Protocol):
    """One write transaction; it commits when its block ends, and rolls back if the block raises.

    Writers of one namespace are serialised; its journal sequences are 1, 2, 3... in commit order.
    """

    @property
    def derivations(self) -> Derivations: ...

    @property
    def links(self) -> Links: ...

    @property
    def mentions(self) -> Mentions: ...

    @property
    def policies(self) -> Policies: ...

    @property
    def strengths(self) -> Strengths: ...

    @property
    def guard(self) -> Guard: ...

    def open_namespace(self, model: Model, at: datetime) -> NamespaceState:
        """Create the namespace if needed; raises EmbedderMismatch if it was made with another model."""

    def put_session(self, session: SessionId, started_at: datetime, metadata: Mapping[str, Json]) -> Session:
        """Return the session, created if needed (an existing one keeps its date and metadata)."""

    def advance_session(self, session: SessionId, *, turn_count: int, digest: str) -> None: ...

    def add(self, drafts: Sequence[NoteDraft], *, actor: str) -> list[Added]:
        """Store notes with keys, lexical rows and journal entries; one answer per draft, in order.

        A draft whose dedupe hash is taken (also by an earlier draft of the call) is not stored. The vectors of
        all keys must have been put into `vectors` before, in this or an earlier transaction.
        """

    def change_status(self, change: StatusChange) -> Note:
        """Apply it and return the note as it is now, one version later.

        The journal's patch holds each changed field, and `reason` when there is one. Raises NotFound,
        PreconditionFailed (another version), Conflict (a restored note's place is taken).
        """

    def set_metadata(
        self,
        note: NoteId,
        metadata: Mapping[str, Json],
        *,
        expected_version: int | None,
        at: datetime,
        actor: str,
    ) -> Note:
        """Replace the metadata, count a version and journal it; raises NotFound, PreconditionFailed."""

    def rekey(
        self,
        note: NoteId,
        keys: Sequence[Key],
        *,
        version: str | None,
        at: datetime,
        actor: str,
        kept: Collection[str] = (),
    ) -> None:
        """Replace a note's keys and its lexical row, count a version and journal it; raises NotFound.

        `version` names what made the keys. The vectors of the new keys must have been put before; those that
        only the old keys had are deleted, but for those `kept` (by hash) for notes that are re-keyed next.
        """

    @property
    def triples(self) -> Triples: ...

    @property
    def buckets(self) -> Buckets: ...

    def set_attributes(
        self,
        note: NoteId,
        attributes: Attributes | None,
        keys: Sequence[Key],
        *,
        key_version: str | None,
        operation: Operation,
        sources: Sequence[NoteId] = (),
        expected_version: int | None,
        at: datetime,
        actor: str,
        kept: Collection[str] = (),
    ) -> Note:
        """Replace a note's attributes, the words it is found by for them, and its keys, as `rekey` does.

        Counts one version, and journals `operation` with every part of the attributes before and after. The
        note derives from `sources` (role evolution) from now on. Raises NotFound, PreconditionFailed (another
        version), Conflict (the note is its own source).
        """

    def purge(self, notes: Sequence[NoteId], *, at: datetime, actor: str) -> PurgeCounts:
        """Delete the notes, their keys, lexical rows, unshared vectors, and content in history.

        With them goes what repeats their words: notes that were derived from them as thoughts or by merging, in
        any number of steps, and attributes that evolved from them, with A-MEM keys and history. A note that is
        left and was merged into an erased one returns. The journal keeps a tombstone: the notes' entries, their
        patches emptied, and one of operation purged. Unknown ids are ignored. Sessions that held these notes and
        hold none any more go too. Saved idempotency responses of the namespace go: they may repeat content.
        """

    def drop_namespace(self, *, at: datetime, actor: str) -> PurgeCounts:
        """Delete everything of the namespace, itself included."""

    def restore_record(self, record: NoteRecord, history: Sequence[Change]) -> bool:
        """Store an exported note under its own id, version, times and history; False when the id exists.

        Rows and sequences are new. Its session must exist, and its vectors must have been put before. Raises
        Conflict when another visible note has its dedupe hash.
        """

    def save_response(self, key: str, request_hash: str, response: bytes, *, at: datetime) -> None: ...

    def enqueue(self, job: NewJob, *, at: datetime) -> None:
        """Queue a job of this scope unless one with its `dedupe` waits."""

    def finish_job(self, lease: Lease, *, at: datetime, result: Mapping[str, Json] | None = None) -> None:
        """End the job that does this write, as done, if the write commits: so its effects happen once.

        Raises LeaseLost, which must roll the write back, when the lease is not held any more: the job was
        taken by another worker, given up, cancelled or ended, or is of another scope. On PostgreSQL and SQLite
        nobody can take the job between this call and the commit. Raises ServerFault for a result that
        `checked_result` refuses.
        """


class ApiKeyStore(Protocol):
    def add(self, key: ApiKey) -> None:
        """Store a key; raises Conflict when the id exists."""

    def find(self, key_id: str) -> ApiKey | None:
        """Return the key, revoked or not."""

    def list(self, tenant: TenantId | None) -> list[ApiKey]: ...

    def revoke(self, key_id: str, at: datetime) -> bool:
        """Revoke a key; False when there is none that is not revoked."""


class Directory(Protocol):
    """Which namespaces a tenant has."""

    def namespaces(self, tenant: TenantId, *, after: str, limit: int) -> list[NamespaceInfo]:
        """Return them by ascending name."""

    def scopes(self) -> list[Scope]:
        """Return every scope of the store, for operators' commands and workers."""


class Storage(Protocol):
    """A database; use `reader` and `writer` as context managers. Thread-safe."""

    @property
    def jobs(self) -> JobQueue: ...

    @property
    def api_keys(self) -> ApiKeyStore: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def llm_ledger(self) -> LlmLedger: ...

    def reader(self, scope: Scope) -> AbstractContextManager[Reader]: ...

    def writer(self, scope: Scope) -> AbstractContextManager[Writer]:
        """Begin a write; raises StorageBusy, StorageFull, StorageReadOnly."""

    def check(self) -> None:
        """Raise Unavailable (or a subclass) unless a query can be answered and the schema is current."""

    def prune_responses(self, *, before: datetime) -> int:
        """Delete idempotency responses that were kept before; return how many."""

    def compact(self) -> None:
        """Remove the bytes of deleted rows from the database files, the full-text index and the WAL."""

    def close(self) -> None: ...
