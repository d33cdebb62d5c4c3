"""The domain's answers as wire models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from memsvc import wire
from memsvc.domain.changes import Change
from memsvc.domain.drafts import Outcome, SessionOutcome
from memsvc.domain.guarding import Signal
from memsvc.domain.jobs import Job
from memsvc.domain.notes import Json, Note, Session
from memsvc.domain.recall import Hit, InfluenceReason, RecallResult
from memsvc.domain.receipts import PurgeReceipt
from memsvc.ports.ranking import IndexStats
from memsvc.ports.storage import NamespaceInfo, StoreStats

__all__ = [
    "change",
    "job",
    "namespace",
    "note",
    "note_fields",
    "outcome",
    "plain",
    "recalled",
    "receipt",
    "session",
    "session_outcome",
    "signal_fields",
    "stats",
]


def plain(value: Mapping[str, Json]) -> dict[str, JsonValue]:
    """Return the same JSON object under the wire's name for its type."""
    return cast("dict[str, JsonValue]", dict(value))


def note_fields(source: Note) -> dict[str, Any]:
    """Return what wire.Note holds, as plain values: a recall answers hundreds, too many to validate."""
    return {
        "id": source.id,
        "kind": source.kind.value,
        "content": source.content,
        "event_time": source.event_time,
        "ingest_time": source.ingest_time,
        "origin": source.origin.value,
        "trust": source.trust,
        "status": source.status.value,
        "version": source.version,
        "turns": [{"role": turn.role, "content": turn.content} for turn in source.spoken()],
        "session": source.session,
        "position": source.position,
        "valid_from": source.valid_from,
        "valid_to": source.valid_to,
        "expired_at": source.expired_at,
        "superseded_by": source.superseded_by,
        "principal": source.principal,
        "origins": [{"start": s.start, "end": s.end, "origin": s.origin.value} for s in source.origins],
        "metadata": plain(source.metadata),
    }


def note(source: Note) -> wire.Note:
    return wire.Note.model_validate(note_fields(source))


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


def recalled(found: RecallResult, following: str | None) -> dict[str, Any]:
    """Return what wire.RecallResponse holds, as plain values."""
    return {
        "hits": [_hit_fields(hit) for hit in found.hits],
        "sessions": [
            {
                "session": session(hit.session).model_dump(mode="json"),
                "score": hit.score,
                "hits": [_hit_fields(inner) for inner in hit.hits],
            }
            for hit in found.sessions
        ],
        "degraded": found.degraded,
        "tokens": found.tokens,
        "next": following,
        "flags": [signal_fields(flag) for flag in found.flags],
    }


def signal_fields(source: Signal) -> dict[str, Any]:
    """Return what wire.Signal holds, as plain values."""
    return {
        "detector": source.detector,
        "score": source.score,
        "p": source.p,
        "why": source.why,
        "span": source.span,
        "key": source.key,
    }


def _hit_fields(source: Hit) -> dict[str, Any]:
    return {
        "note": note_fields(source.note),
        "score": source.score,
        "arms": {name: {"rank": arm.rank, "score": arm.score} for name, arm in source.arms.items()},
        "before": [note_fields(item) for item in source.before],
        "after": [note_fields(item) for item in source.after],
        "linked_from": source.linked_from,
        "link": None if source.link is None else source.link.value,
        "influence": source.influence.value,
        "reason": _reason(source.reason),
        "beside": {
            note: {"influence": standing.influence.value, "reason": _reason(standing.reason)}
            for note, standing in source.beside.items()
        },
    }


def _reason(source: InfluenceReason | None) -> str | None:
    return None if source is None else source.value


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
        attributes_erased=source.attributes_erased,
        links_erased=source.links_erased,
        derivations_erased=source.derivations_erased,
        triples_erased=source.triples_erased,
        notes_restored=source.notes_restored,
    )


def job(source: Job) -> wire.Job:
    """Leave out the payload, which names notes and settings of the work."""
    progress = source.progress
    return wire.Job(
        id=source.id,
        namespace=source.namespace,
        kind=source.kind,
        status=source.status.value,
        priority=source.priority,
        attempts=source.attempts,
        max_attempts=source.max_attempts,
        run_after=source.run_after,
        created_at=source.created_at,
        started_at=source.started_at,
        ended_at=source.ended_at,
        lease_until=source.lease_until,
        worker=source.worker,
        progress=None if progress is None else wire.JobProgress(done=progress.done, total=progress.total),
        error=source.error,
        result=None if source.result is None else cast("dict[str, str | float | None]", dict(source.result)),
    )
