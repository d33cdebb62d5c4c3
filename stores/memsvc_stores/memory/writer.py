"""Writes to one namespace inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.jobs import Lease, NewJob, checked_result
from memsvc.domain.notes import Json, Key, Note, Session, lexical_fields
from memsvc.domain.records import NoteRecord
from memsvc.domain.revising import StatusChange, attributes_difference, changed_by, difference
from memsvc.errors import EmbedderMismatch, LeaseLost, ServerFault
from memsvc.ports.derived import Derivations, Links, Mentions
from memsvc.ports.embedding import EmbeddingCache, Model
from memsvc.ports.guard import Guard
from memsvc.ports.policies import Policies, Strengths
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Added, PurgeCounts
from memsvc_stores.lexical import Analyzer
from memsvc_stores.memory import erasing, purging
from memsvc_stores.memory.buckets import MemoryBuckets
from memsvc_stores.memory.derivations import WritableDerivations
from memsvc_stores.memory.guard_writing import MemoryGuard
from memsvc_stores.memory.jobs import Finish, MemoryJobs
from memsvc_stores.memory.lexical import WordCounts, counts_of
from memsvc_stores.memory.links import WritableLinks, store_links
from memsvc_stores.memory.mentions import WritableMentions
from memsvc_stores.memory.policies import MemoryPolicies
from memsvc_stores.memory.reader import MemoryReader
from memsvc_stores.memory.state import SessionEntry, StoredNote
from memsvc_stores.memory.strengths import MemoryStrengths
from memsvc_stores.memory.transaction import Transaction
from memsvc_stores.memory.triples import MemoryTriples
from memsvc_stores.memory.vectors import WritableVectors

__all__ = ["MemoryWriter"]


class MemoryWriter(MemoryReader):
    """A reader that sees its own changes, and the changes."""

    def __init__(self, transaction: Transaction, analyzer: Analyzer, queue: MemoryJobs) -> None:
        super().__init__(
            transaction.scope,
            transaction.data,
            saved=lambda key: transaction.responses.get((transaction.scope.tenant, key)),
            chain=transaction.audit,
            analyzer=analyzer,
        )
        self._transaction = transaction
        self._queue = queue

    @property
    def vectors(self) -> EmbeddingCache:
        return WritableVectors(self._transaction.opened().vectors)

    @property
    def derivations(self) -> Derivations:
        return WritableDerivations(self._transaction.opened())

    @property
    def links(self) -> Links:
        return WritableLinks(self._transaction.opened())

    @property
    def mentions(self) -> Mentions:
        return WritableMentions(self._transaction.opened())

    @property
    def policies(self) -> Policies:
        return MemoryPolicies(self._data, self._transaction.opened)

    @property
    def strengths(self) -> Strengths:
        return MemoryStrengths(self._data)

    @property
    def guard(self) -> Guard:
        return MemoryGuard(self._transaction)

    @property
    def triples(self) -> MemoryTriples:
        return MemoryTriples(self._transaction.opened())

    @property
    def buckets(self) -> MemoryBuckets:
        return MemoryBuckets(self._transaction.opened())

    def open_namespace(self, model: Model, at: datetime) -> NamespaceState:
        data = self._data or self._transaction.create(model, at)
        if not data.model.comparable(model):
            raise EmbedderMismatch(
                f"namespace {self.scope.namespace} holds vectors of {data.model.id} ({data.model.dimension}), "
                f"not of {model.id} ({model.dimension}); use that model or another namespace"
            )
        self._data = data
        return NamespaceState(data.row, len(data.journal), data.model)

    def put_session(self, session: SessionId, started_at: datetime, metadata: Mapping[str, Json]) -> Session:
        sessions = self._transaction.opened().sessions
        if session not in sessions:
            row = self._transaction.next_session_row()
            sessions[session] = SessionEntry(Session(row, session, started_at, 0, metadata))
        return sessions[session].session

    def advance_session(self, session: SessionId, *, turn_count: int, digest: str) -> None:
        sessions = self._transaction.opened().sessions
        if session not in sessions:
            raise ServerFault(f"session {session} must be put before it is advanced")
        sessions[session] = SessionEntry(replace(sessions[session].session, turn_count=turn_count), digest)

    def add(self, drafts: Sequence[NoteDraft], *, actor: str) -> list[Added]:
        added = [self._add_one(draft, actor) for draft in drafts]
        for draft, each in zip(drafts, added, strict=True):
            if each.row is not None:
                informed = [Derivation(draft.id, parent, Role.INFORMED) for parent in draft.parents]
                self.derivations.add(informed)
        return added

    def change_status(self, change: StatusChange) -> Note:
        stored = self._transaction.current(change.note, change.expected_version)
        note = changed_by(change, stored.note)
        self._transaction.update(replace(stored, note=note))
        patch = difference(stored.note, note, reason=change.reason)
        self._transaction.journal(note, change.operation, at=change.at, actor=change.actor, patch=patch)
        return note

    def set_metadata(
        self,
        note: NoteId,
        metadata: Mapping[str, Json],
        *,
        expected_version: int | None,
        at: datetime,
        actor: str,
    ) -> Note:
        stored = self._transaction.current(note, expected_version)
        changed = stored.note._replace(metadata=metadata, version=stored.note.version + 1)
        self._transaction.update(replace(stored, note=changed))
        patch = difference(stored.note, changed)
        self._transaction.journal(changed, Operation.UPDATED, at=at, actor=actor, patch=patch)
        return changed

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
        stored = self._transaction.current(note)
        self._transaction.check_vectors(keys)
        changed = stored.note._replace(version=stored.note.version + 1)
        patch: dict[str, Json] = {"keys": {"old": len(stored.keys), "new": len(keys)}}
        sequence = self._transaction.journal(changed, Operation.REKEYED, at=at, actor=actor, patch=patch)
        keyed = replace(stored, note=changed, keys=tuple(keys), keyed_at=sequence, key_version=version)
        self._put_keyed(stored, keyed, kept)

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
        stored = self._transaction.current(note, expected_version)
        self._transaction.check_vectors(keys)
        self.derivations.add([Derivation(note, source, Role.EVOLUTION) for source in sources])
        changed = stored.note._replace(version=stored.note.version + 1)
        counts = (len(stored.keys), len(keys))
        patch = attributes_difference(stored.attributes, attributes, keys=counts, sources=sources)
        sequence = self._transaction.journal(changed, operation, at=at, actor=actor, patch=patch)
        keyed = replace(stored, note=changed, keys=tuple(keys), keyed_at=sequence, key_version=key_version)
        self._put_keyed(stored, replace(keyed, attributes=attributes), kept)
        return changed

    def purge(self, notes: Sequence[NoteId], *, at: datetime, actor: str) -> PurgeCounts:
        return erasing.erase(self._transaction, notes, analyzer=self._analyzer, at=at, actor=actor)

    def drop_namespace(self, *, at: datetime, actor: str) -> PurgeCounts:  # noqa: ARG002
        counts = purging.drop(self._transaction)
        self._data = None
        return counts

    def restore_record(self, record: NoteRecord, history: Sequence[Change]) -> bool:
        data = self._transaction.opened()
        if record.note.id in data.rows:
            return False
        note = record.note._replace(row=self._transaction.next_note_row())
        keyed_at = len(data.journal) + 1
        words = self._words(note, record.keys, record.attributes)
        stored = StoredNote(note, record.dedupe, record.keys, words, keyed_at, record.key_version)
        self._transaction.insert(replace(stored, attributes=record.attributes))
        self.mentions.put({note.id: record.mentions})
        if record.triples:
            self.triples.put({note.id: record.triples})
        store_links(data, record.links)
        self.derivations.add(record.derivations)
        if record.uses is not None:
            data.strengths[note.row] = record.uses
        self._restore_guarded(record, note.row)
        for change in history:
            self._transaction.import_change(change, note.row)
        if not history:
            self._transaction.journal(note, Operation.CREATED, at=note.ingest_time, actor="import", patch={})
        return True

    def save_response(self, key: str, request_hash: str, response: bytes, *, at: datetime) -> None:
        self._transaction.save_response(key, request_hash, response, at=at)

    def enqueue(self, job: NewJob, *, at: datetime) -> None:
        self._transaction.jobs.append((job, at))

    def finish_job(self, lease: Lease, *, at: datetime, result: Mapping[str, Json] | None = None) -> None:
        kept = None if result is None else checked_result(result)
        self._queue.check(self.scope, lease)
        if any(finish.lease == lease for finish in self._transaction.finished):
            raise LeaseLost(f"job {lease.job} is finished already by this write; nothing of it is stored")
        self._transaction.finished.append(Finish(lease, at, kept))

    def _add_one(self, draft: NoteDraft, actor: str) -> Added:
        data = self._transaction.opened()
        if draft.dedupe in data.taken:
            return Added(None, data.taken[draft.dedupe])
        note = draft.first_version(self._transaction.next_note_row(), principal=actor)
        words = self._words(note, draft.keys)
        keyed_at = len(data.journal) + 1
        self._transaction.insert(StoredNote(note, draft.dedupe, draft.keys, words, keyed_at, draft.key_version))
        self._transaction.journal(note, Operation.CREATED, at=draft.ingest_time, actor=actor, patch={})
        if draft.original is not None:
            data.guard.originals[note.row] = draft.original
        return Added(note.row, None)

    def _restore_guarded(self, record: NoteRecord, row: int) -> None:
        kept = self._transaction.opened().guard
        if record.original is not None:
            kept.originals[row] = record.original
        if record.review is not None:
            kept.reviews[row] = record.review
        for each in record.assessments:
            kept.assessments[row, each.stage] = each

    def _put_keyed(self, before: StoredNote, after: StoredNote, kept: Collection[str]) -> None:
        """Put a note with other keys or attributes, and drop the vectors that only its old keys had."""
        words = self._words(after.note, after.keys, after.attributes)
        self._transaction.update(replace(after, words=words))
        purging.drop_unshared_vectors(self._transaction.opened(), [before], kept=kept)

    def _words(self, note: Note, keys: Sequence[Key], attributes: Attributes | None = None) -> WordCounts:
        return counts_of(self._analyzer.prepare(*lexical_fields(note.content, note.turns, keys, attributes)))
