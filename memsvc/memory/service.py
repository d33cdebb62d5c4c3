"""The use cases, as one object that faces call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change
from memsvc.domain.drafts import NewItem, NewSession, Outcome, SessionOutcome
from memsvc.domain.graphs import Community, GraphQuery
from memsvc.domain.guarding import AuditEntry, Canary
from memsvc.domain.guarding_results import AuditCheck, CanaryCheck, Explanation, Quarantined, ScanReport
from memsvc.domain.ids import JobId, NoteId, SessionId, TenantId
from memsvc.domain.jobs import Job
from memsvc.domain.links import Link, LinkType
from memsvc.domain.notes import Json, Note, Session
from memsvc.domain.policies import Policy, PolicyVersion
from memsvc.domain.recall import RecallQuery, RecallResult
from memsvc.domain.receipts import Actor, Idempotency, Imported, PurgeReceipt, Remembered
from memsvc.domain.records import NoteRecord
from memsvc.domain.rollbacks import BlastRadius, RolledBack
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.domain.thoughts import Forgotten, Merged, PostThought, ThoughtDetail
from memsvc.memory import forget as forgetting
from memsvc.memory import (
    linking,
    look_up,
    maintenance,
    merging,
    operating_jobs,
    organising,
    rekeying,
    thinking,
    transfer,
)
from memsvc.memory import policy as policies
from memsvc.memory import purge as purging
from memsvc.memory.amem.consolidating import Consolidated, consolidate
from memsvc.memory.amem.evolving import Evolved, evolve
from memsvc.memory.amem.reverting import revert
from memsvc.memory.context import Context
from memsvc.memory.graph import graph_around, graph_communities
from memsvc.memory.guarding import auditing, canaries, reviewing, scan_jobs, scanning
from memsvc.memory.guarding.blast_radius import blast_radius
from memsvc.memory.guarding.rollback import rollback
from memsvc.memory.organising import Conduct
from memsvc.memory.presenting import presented, presented_session
from memsvc.memory.recall import recall
from memsvc.memory.remember_items import remember_items
from memsvc.memory.remember_sessions import remember_sessions
from memsvc.memory.retention import SweepResult, sweep
from memsvc.memory.unmerging import unmerge
from memsvc.ports.ranking import IndexProblem, IndexStats
from memsvc.ports.storage import NamespaceInfo, StoreStats

__all__ = ["MemoryService"]


class MemoryService:
    """Everything that can be done with memories; thread-safe. Each method documents itself in its module."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def remember(
        self, scope: Scope, items: Sequence[NewItem], *, actor: Actor, idempotency: Idempotency | None = None
    ) -> Remembered[Outcome]:
        return remember_items(self._context, scope, items, actor=actor, idempotency=idempotency)

    def remember_sessions(
        self, scope: Scope, sessions: Sequence[NewSession], *, actor: Actor, idempotency: Idempotency | None = None
    ) -> Remembered[SessionOutcome]:
        return remember_sessions(self._context, scope, sessions, actor=actor, idempotency=idempotency)

    def recall(self, scope: Scope, query: RecallQuery) -> RecallResult:
        return recall(self._context, scope, query)

    def note(self, scope: Scope, note: NoteId) -> Note:
        return presented(look_up.note(self._context, scope, note))

    def notes(self, scope: Scope, selection: Selection, *, after_row: int, limit: int) -> list[Note]:
        with self._context.storage.reader(scope) as reader:
            return [presented(note) for note in reader.page(selection, after_row=after_row, limit=limit)]

    def session(self, scope: Scope, session: SessionId) -> tuple[Session, list[Note]]:
        found, notes = look_up.session(self._context, scope, session)
        return presented_session(found), [presented(note) for note in notes]

    def sessions(self, scope: Scope, *, after_row: int, limit: int) -> list[Session]:
        with self._context.storage.reader(scope) as reader:
            return [presented_session(each) for each in reader.sessions_page(after_row=after_row, limit=limit)]

    def job(self, tenant: TenantId, job: JobId) -> Job:
        return operating_jobs.job(self._context, tenant, job)

    def cancel_job(self, tenant: TenantId, job: JobId) -> Job:
        return operating_jobs.cancel_job(self._context, tenant, job)

    def retry_job(self, tenant: TenantId, job: JobId) -> Job:
        return operating_jobs.retry_job(self._context, tenant, job)

    def history(self, scope: Scope, note: NoteId) -> list[Change]:
        return look_up.history(self._context, scope, note)

    def links(self, scope: Scope, note: NoteId, *, types: Collection[LinkType] | None = None) -> list[Link]:
        return linking.links(self._context, scope, note, types=types)

    def link(self, scope: Scope, first: NoteId, second: NoteId, *, actor: Actor) -> Link:
        return linking.link(self._context, scope, first, second, actor=actor)

    def unlink(self, scope: Scope, first: NoteId, second: NoteId, *, type_: LinkType = LinkType.MANUAL) -> None:
        linking.unlink(self._context, scope, first, second, type_=type_)

    def attributes(self, scope: Scope, note: NoteId) -> tuple[Attributes, int]:
        return linking.attributes(self._context, scope, note)

    def evolve(self, scope: Scope, note: NoteId, *, actor: Actor) -> Evolved:
        return evolve(self._context, scope, note, actor=actor)

    def revert(
        self, scope: Scope, note: NoteId, version: int, *, actor: Actor, expected_version: int | None = None
    ) -> Note:
        return presented(
            revert(self._context, scope, note, version, actor=actor, expected_version=expected_version)
        )

    def consolidate(self, scope: Scope, *, actor: Actor) -> Consolidated:
        return consolidate(self._context, scope, actor=actor.name)

    def forget(
        self,
        scope: Scope,
        note: NoteId,
        *,
        actor: Actor,
        expected_version: int | None = None,
        reason: str | None = None,
    ) -> Note:
        return presented(
            forgetting.forget(
                self._context, scope, note, actor=actor, expected_version=expected_version, reason=reason
            )
        )

    def restore(
        self,
        scope: Scope,
        note: NoteId,
        *,
        actor: Actor,
        expected_version: int | None = None,
        reason: str | None = None,
    ) -> Note:
        return presented(
            forgetting.restore(
                self._context, scope, note, actor=actor, expected_version=expected_version, reason=reason
            )
        )

    def set_metadata(
        self,
        scope: Scope,
        note: NoteId,
        metadata: Mapping[str, Json],
        *,
        actor: Actor,
        expected_version: int | None = None,
    ) -> Note:
        return presented(
            forgetting.set_metadata(
                self._context, scope, note, metadata, actor=actor, expected_version=expected_version
            )
        )

    def policy(self, scope: Scope) -> PolicyVersion | None:
        return policies.get_policy(self._context, scope)

    def policy_history(self, scope: Scope) -> list[PolicyVersion]:
        return policies.policy_history(self._context, scope)

    def set_policy(
        self, scope: Scope, policy: Policy, *, actor: Actor, expected_version: int | None = None
    ) -> PolicyVersion:
        return policies.set_policy(self._context, scope, policy, actor=actor, expected_version=expected_version)

    def graph(self, scope: Scope, query: GraphQuery) -> Mapping[str, Json]:
        return self._context.graphs.node_link(graph_around(self._context, scope, query))

    def graphml(self, scope: Scope, query: GraphQuery) -> str:
        return self._context.graphs.graphml(graph_around(self._context, scope, query))

    def communities(
        self, scope: Scope, *, types: Collection[LinkType] | None = None
    ) -> tuple[list[Community], float]:
        return graph_communities(self._context, scope, types=types)

    def import_policy(self, scope: Scope, exported: PolicyVersion, *, actor: Actor) -> bool:
        return policies.import_policy(self._context, scope, exported, actor=actor)

    def sweep(self, scope: Scope, *, actor: Actor, dry_run: bool) -> SweepResult:
        return sweep(self._context, scope, actor=actor, dry_run=dry_run)

    def purge(self, scope: Scope, notes: Sequence[NoteId], *, actor: Actor) -> PurgeReceipt:
        return purging.purge(self._context, scope, notes, actor=actor)

    def purge_namespace(self, scope: Scope, *, actor: Actor) -> PurgeReceipt:
        return purging.purge_namespace(self._context, scope, actor=actor)

    def namespaces(self, tenant: TenantId, *, after: str, limit: int) -> list[NamespaceInfo]:
        return self._context.storage.directory.namespaces(tenant, after=after, limit=limit)

    def stats(self, scope: Scope) -> tuple[StoreStats, IndexStats]:
        return look_up.stats(self._context, scope)

    def export_sessions(self, scope: Scope) -> Iterator[tuple[Session, str]]:
        return transfer.export_sessions(self._context, scope)

    def export_notes(self, scope: Scope, *, last_session: int) -> Iterator[tuple[NoteRecord, list[Change]]]:
        return transfer.export_notes(self._context, scope, last_session=last_session)

    def import_session(self, scope: Scope, session: Session, digest: str) -> None:
        transfer.import_session(self._context, scope, session, digest)

    def import_note(
        self, scope: Scope, record: NoteRecord, history: Sequence[Change], *, actor: Actor
    ) -> Imported:
        return transfer.import_note(self._context, scope, record, history, actor=actor)

    def post_think(
        self, scope: Scope, notes: Sequence[NoteId], *, actor: Actor, recalled: Collection[NoteId] = ()
    ) -> PostThought:
        return thinking.post_think(self._context, scope, notes, actor=actor, recalled=recalled)

    def thought(self, scope: Scope, note: NoteId) -> ThoughtDetail:
        return thinking.thought_detail(self._context, scope, note)

    def forget_thoughts(self, scope: Scope, *, actor: Actor, dry_run: bool = False) -> Forgotten:
        return organising.forget_thoughts(self._context, scope, Conduct(actor, dry_run=dry_run))

    def merge_thoughts(
        self, scope: Scope, *, actor: Actor, dry_run: bool = False, notes: Sequence[NoteId] | None = None
    ) -> Merged:
        conduct = Conduct(actor, dry_run=dry_run)
        if notes is not None:
            return merging.merge_these(self._context, scope, conduct, notes)
        return merging.merge_thoughts(self._context, scope, conduct)

    def unmerge(
        self, scope: Scope, note: NoteId, *, actor: Actor, expected_version: int | None = None
    ) -> list[Note]:
        notes = unmerge(self._context, scope, note, actor=actor, expected_version=expected_version)
        return [presented(each) for each in notes]

    def quarantine(self, scope: Scope, *, after_row: int, limit: int) -> list[Quarantined]:
        return reviewing.quarantine(self._context, scope, after_row=after_row, limit=limit)

    def explain(self, scope: Scope, note: NoteId) -> Explanation:
        return reviewing.explain(self._context, scope, note)

    def release(self, scope: Scope, note: NoteId, *, actor: Actor, reason: str) -> Note:
        return presented(reviewing.release(self._context, scope, note, actor=actor, reason=reason))

    def reject(self, scope: Scope, note: NoteId, *, actor: Actor, reason: str) -> Note:
        return presented(reviewing.reject(self._context, scope, note, actor=actor, reason=reason))

    def audit(self, scope: Scope, *, after: int, limit: int) -> list[AuditEntry]:
        return auditing.audit(self._context, scope, after=after, limit=limit)

    def verify_audit(self, scope: Scope, *, head: str | None = None) -> AuditCheck:
        return auditing.verify_audit(self._context, scope, head=head)

    def check_guard(self) -> None:
        """Raise GuardModelError when the guard's model cannot be read."""
        if self._context.guard is not None:
            self._context.guard.model()

    def scan(
        self, scope: Scope, *, actor: Actor, apply: bool, on_note: Callable[[], None] = lambda: None
    ) -> ScanReport:
        return scanning.scan(self._context, scope, actor=actor, apply=apply, on_note=on_note)

    def queue_scan(self, scope: Scope, *, actor: Actor, apply: bool) -> Job:
        return scan_jobs.queue_scan(self._context, scope, actor=actor, apply=apply)

    def canaries(self, scope: Scope) -> list[Canary]:
        return canaries.canaries(self._context, scope)

    def put_canary(self, scope: Scope, question: str, *, k: int, actor: Actor, id: str | None = None) -> Canary:
        return canaries.put_canary(self._context, scope, question, k=k, actor=actor, id=id)

    def delete_canary(self, scope: Scope, id: str, *, actor: Actor) -> None:
        canaries.delete_canary(self._context, scope, id, actor=actor)

    def check_canaries(self, scope: Scope) -> list[CanaryCheck]:
        return canaries.check_canaries(self._context, scope)

    def blast_radius(
        self, scope: Scope, *, note: NoteId | None = None, principal: str | None = None
    ) -> BlastRadius:
        return blast_radius(self._context, scope, note=note, principal=principal)

    def rollback(
        self,
        scope: Scope,
        *,
        note: NoteId | None = None,
        principal: str | None = None,
        dry_run: bool,
        actor: Actor,
        reason: str,
    ) -> RolledBack:
        return rollback(
            self._context, scope, note=note, principal=principal, dry_run=dry_run, actor=actor, reason=reason
        )

    def index_verify(self, scope: Scope) -> list[IndexProblem]:
        return maintenance.verify_index(self._context, scope)

    def index_rebuild(self, scope: Scope) -> None:
        maintenance.rebuild_index(self._context, scope)

    def index_compact(self, scope: Scope) -> None:
        maintenance.compact_index(self._context, scope)

    def index_stats(self, scope: Scope) -> IndexStats:
        return maintenance.index_stats(self._context, scope)

    def outdated_keys(self, scope: Scope) -> int:
        return rekeying.outdated_keys(self._context, scope)

    def rebuild_keys(self, scope: Scope, *, on_note: Callable[[], None] = lambda: None) -> int:
        return rekeying.rebuild_keys(self._context, scope, on_note=on_note)

    def index_save(self, scope: Scope) -> None:
        maintenance.save_index(self._context, scope)
