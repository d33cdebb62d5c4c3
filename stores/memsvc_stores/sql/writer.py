"""Writes to one namespace. Writers of a namespace are serialised, so rows and sequences are counted here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.jobs import Lease, NewJob
from memsvc.domain.notes import Json, Key, Note, Session
from memsvc.domain.records import NoteRecord
from memsvc.domain.revising import StatusChange, attributes_difference, changed_by, difference
from memsvc.domain.time import to_microseconds
from memsvc.errors import EmbedderMismatch, NotFound, PreconditionFailed, ServerFault
from memsvc.ports.derived import Derivations, Links, Mentions
from memsvc.ports.embedding import EmbeddingCache, Model
from memsvc.ports.guard import Guard
from memsvc.ports.policies import Policies, Strengths
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Added, PurgeCounts
from memsvc_stores.sql import changing, erasing, inserting, purging, queueing, responses, restoring, sessions
from memsvc_stores.sql.attributes import attributes_of_rows, write_attributes
from memsvc_stores.sql.derivations import WritableDerivations
from memsvc_stores.sql.guard import SqlGuard
from memsvc_stores.sql.journal import record
from memsvc_stores.sql.links import WritableLinks
from memsvc_stores.sql.mentions import WritableMentions
from memsvc_stores.sql.namespace import Namespace, create_namespace, write_counts
from memsvc_stores.sql.policies import SqlPolicies
from memsvc_stores.sql.putting_buckets import SqlBuckets
from memsvc_stores.sql.reader import SqlReader
from memsvc_stores.sql.rekeying import replace_keys
from memsvc_stores.sql.strengths import SqlStrengths
from memsvc_stores.sql.triples import SqlTriples
from memsvc_stores.sql.vectors import WritableVectors

__all__ = ["SqlWriter"]


class SqlWriter(SqlReader):
    """A reader that sees its own changes, and the changes; `flush` must be called before the commit."""

    @property
    def vectors(self) -> EmbeddingCache:
        return WritableVectors(self._executor, self._opened().row)

    @property
    def derivations(self) -> Derivations:
        return WritableDerivations(self._executor, self._opened().row)

    @property
    def links(self) -> Links:
        return WritableLinks(self._executor, self._opened().row)

    @property
    def mentions(self) -> Mentions:
        return WritableMentions(self._executor, self._opened().row)

    @property
    def policies(self) -> Policies:
        return SqlPolicies(self._executor, None if self._namespace is None else self._namespace.row)

    @property
    def strengths(self) -> Strengths:
        return SqlStrengths(self._executor, None if self._namespace is None else self._namespace.row)

    @property
    def guard(self) -> Guard:
        return SqlGuard(self._executor, self.scope, self._place)

    @property
    def triples(self) -> SqlTriples:
        return SqlTriples(self._executor, self._namespace)

    @property
    def buckets(self) -> SqlBuckets:
        return SqlBuckets(self._executor, self._namespace, self._projections)

    def open_namespace(self, model: Model, at: datetime) -> NamespaceState:
        namespace = self._namespace or create_namespace(
            self._executor, self.scope, model=model, at=to_microseconds(at)
        )
        if not namespace.model.comparable(model):
            raise EmbedderMismatch(
                f"namespace {self.scope.namespace} holds vectors of {namespace.model.id} "
                f"({namespace.model.dimension}), not of {model.id} ({model.dimension}); use that model or "
                "another namespace"
            )
        self._namespace = namespace
        return namespace.state

    def put_session(self, session: SessionId, started_at: datetime, metadata: Mapping[str, Json]) -> Session:
        row = self._opened().row
        found = self.session(session)
        if found is None:
            sessions.insert_session(self._executor, row, session, started_at=started_at, metadata=metadata)
            found = self.session(session)
            assert found is not None
        return found

    def advance_session(self, session: SessionId, *, turn_count: int, digest: str) -> None:
        row = self._opened().row
        if not sessions.advance_session(self._executor, row, session, turn_count=turn_count, digest=digest):
            raise ServerFault(f"session {session} must be put before it is advanced")

    def add(self, drafts: Sequence[NoteDraft], *, actor: str) -> list[Added]:
        return inserting.add(self._executor, self._opened(), drafts, actor=actor)

    def change_status(self, change: StatusChange) -> Note:
        before = self._current(change.note, change.expected_version)
        after = changed_by(change, before)
        patch = difference(before, after, reason=change.reason)
        self._change(before, after, change.operation, at=change.at, actor=change.actor, patch=patch)
        return after

    def set_metadata(
        self,
        note: NoteId,
        metadata: Mapping[str, Json],
        *,
        expected_version: int | None,
        at: datetime,
        actor: str,
    ) -> Note:
        before = self._current(note, expected_version)
        after = before._replace(metadata=metadata, version=before.version + 1)
        patch = difference(before, after)
        self._change(before, after, Operation.UPDATED, at=at, actor=actor, patch=patch)
        return after

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
        before = self._current(note, None)
        after = before._replace(version=before.version + 1)
        count = replace_keys(self._executor, self._opened(), after, keys, version=version, kept=kept)
        patch: dict[str, Json] = {"keys": {"old": count, "new": len(keys)}}
        self._change(before, after, Operation.REKEYED, at=at, actor=actor, patch=patch)

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
        before = self._current(note, expected_version)
        after = before._replace(version=before.version + 1)
        namespace = self._opened()
        had = attributes_of_rows(self._executor, namespace.row, [before.row]).get(before.row)
        self.derivations.add([Derivation(note, source, Role.EVOLUTION) for source in sources])
        write_attributes(self._executor, namespace.row, before.row, attributes)
        count = replace_keys(self._executor, namespace, after, keys, version=key_version, kept=kept)
        patch = attributes_difference(had, attributes, keys=(count, len(keys)), sources=sources)
        self._change(before, after, operation, at=at, actor=actor, patch=patch)
        return after

    def purge(self, notes: Sequence[NoteId], *, at: datetime, actor: str) -> PurgeCounts:
        responses.forget(self._executor, self.scope)
        if self._namespace is None:
            return PurgeCounts(0, 0, 0, 0)
        return erasing.erase(self._executor, self._namespace, notes, at=at, actor=actor)

    def drop_namespace(self, *, at: datetime, actor: str) -> PurgeCounts:  # noqa: ARG002
        responses.forget(self._executor, self.scope)
        queueing.forget(self._executor, self.scope)
        namespace, self._namespace = self._namespace, None
        if namespace is None:
            return PurgeCounts(0, 0, 0, 0)
        return purging.drop(self._executor, namespace)

    def restore_record(self, record: NoteRecord, history: Sequence[Change]) -> bool:
        return restoring.restore(self._executor, self._opened(), record, history)

    def save_response(self, key: str, request_hash: str, response: bytes, *, at: datetime) -> None:
        responses.save(self._executor, self.scope, key=key, request_hash=request_hash, response=response, at=at)

    def enqueue(self, job: NewJob, *, at: datetime) -> None:
        queueing.enqueue(self._executor, self.scope, job, at=at)

    def finish_job(self, lease: Lease, *, at: datetime, result: Mapping[str, Json] | None = None) -> None:
        queueing.finish(self._executor, self.scope, lease, at=at, result=result)

    def flush(self) -> None:
        """Write what was counted in memory; the last step before the commit."""
        if self._namespace is not None and self._namespace.changed:
            write_counts(self._executor, self._namespace)

    def _opened(self) -> Namespace:
        if self._namespace is None:
            raise ServerFault(f"namespace {self.scope.namespace} must be opened before it is written to")
        return self._namespace

    def _change(
        self,
        before: Note,
        after: Note,
        operation: Operation,
        *,
        at: datetime,
        actor: str,
        patch: Mapping[str, Json],
    ) -> None:
        namespace = self._opened()
        changing.update_note(self._executor, namespace.row, before, after)
        change = Change(0, operation, after.row, after.id, at, actor, after.version, patch)
        record(self._executor, namespace, [change])

    def _current(self, note: NoteId, expected_version: int | None) -> Note:
        found = self.notes([note])
        if not found:
            raise NotFound(f"there is no note {note} in namespace {self.scope.namespace}")
        if expected_version not in (None, found[0].version):
            raise PreconditionFailed(
                f"note {note} has version {found[0].version}, not {expected_version}; read it again"
            )
        return found[0]
