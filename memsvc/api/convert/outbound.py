"""The domain's answers as wire models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from pydantic import JsonValue

from memsvc import wire
from memsvc.domain.changes import Change
from memsvc.domain.drafts import Outcome, SessionOutcome
from memsvc.domain.jobs import Job
from memsvc.domain.notes import Json, Note, Session
from memsvc.domain.recall import Hit, SessionHit
from memsvc.domain.receipts import PurgeReceipt
from memsvc.ports.ranking import IndexStats
from memsvc.ports.storage import NamespaceInfo, StoreStats

__all__ = [
    "change",
    "hit",
    "job",
    "namespace",
    "note",
    "outcome",
    "plain",
    "receipt",
    "session",
    "session_hit",
    "session_outcome",
    "stats",
]


def plain(value: Mapping[str, Json]) -> dict[str, JsonValue]:
    """Return the same JSON object under the wire's name for its type."""
    return cast("dict[str, JsonValue]", dict(value))


def note(source: Note) -> wire.Note:
    return wire.Note(
        id=source.id,
        kind=source.kind.value,
        content=source.content,
        event_time=source.event_time,
        ingest_time=source.ingest_time,
        origin=source.origin.value,
        trust=source.trust,
        status=source.status.value,
        version=source.version,
        turns=tuple(wire.Turn(role=turn.role, content=turn.content) for turn in source.spoken()),
        session=source.session,
        position=source.position,
        valid_from=source.valid_from,
        valid_to=source.valid_to,
        expired_at=source.expired_at,
        superseded_by=source.superseded_by,
        metadata=plain(source.metadata),
    )


def session(source: Session) -> wire.Session:
    return wire.Session(
        id=source.id,
        started_at=source.started_at,
        turn_count=source.turn_count,
        metadata=plain(source.metadata),
    )


def outcome(source: Outcome) -> wire.Outcome:
    error = source.error
    return wire.Outcome(
        status=source.status.value,
        note=source.note,
        error=None if error is None else wire.ItemError(code=error.code, detail=error.detail),
        degraded=source.degraded,
    )


def session_outcome(source: SessionOutcome) -> wire.SessionOutcome:
    error = source.error
    return wire.SessionOutcome(
        status=source.status.value,
        session=source.session,
        rounds=tuple(outcome(round_) for round_ in source.rounds),
        error=None if error is None else wire.ItemError(code=error.code, detail=error.detail),
    )


def hit(source: Hit) -> wire.Hit:
    return wire.Hit(
        note=note(source.note),
        score=source.score,
        arms={name: wire.ArmScore(rank=arm.rank, score=arm.score) for name, arm in source.arms.items()},
        before=_notes(source.before),
        after=_notes(source.after),
    )


def _notes(source: Iterable[Note]) -> tuple[wire.Note, ...]:
    return tuple(note(item) for item in source)


def session_hit(source: SessionHit) -> wire.SessionHit:
    return wire.SessionHit(
        session=session(source.session), score=source.score, hits=tuple(hit(item) for item in source.hits)
    )


def change(source: Change) -> wire.Change:
    return wire.Change(
        sequence=source.sequence,
        operation=source.operation.value,
        at=source.at,
        actor=source.actor,
        version=source.version,
        patch=plain(source.patch),
    )


def namespace(source: NamespaceInfo) -> wire.Namespace:
    return wire.Namespace(
        name=source.name,
        model=wire.Model(id=source.model.id, dimension=source.model.dimension),
        notes=source.notes,
        created_at=source.created_at,
    )


def stats(name: str, store: StoreStats, index: IndexStats) -> wire.NamespaceStats:
    return wire.NamespaceStats(
        name=name,
        notes={status.value: count for status, count in store.notes.items()},
        sessions=store.sessions,
        keys=store.keys,
        last_sequence=store.last_sequence,
        index=wire.IndexStats(
            form=index.form,
            vectors=index.vectors,
            applied_sequence=index.applied_sequence,
            memory_bytes=index.memory_bytes,
            disk_bytes=index.disk_bytes,
        ),
    )


def receipt(source: PurgeReceipt) -> wire.PurgeReceipt:
    return wire.PurgeReceipt(
        id=source.id,
        at=source.at,
        actor=source.actor,
        notes=source.notes,
        notes_erased=source.notes_erased,
        keys_erased=source.keys_erased,
        vectors_erased=source.vectors_erased,
        sessions_erased=source.sessions_erased,
        compacted=source.compacted,
    )


def job(source: Job) -> wire.Job:
    return wire.Job(
        id=source.id,
        namespace=source.namespace,
        kind=source.kind,
        status=source.status.value,
        attempts=source.attempts,
        run_after=source.run_after,
        created_at=source.created_at,
        lease_until=source.lease_until,
        error=source.error,
    )
