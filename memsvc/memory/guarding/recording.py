"""What the checks leave in the store, in the transaction of the notes themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.guarding import Assessment, AuditEvent, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import GUARD_PROBE, GUARD_SCAN, NewJob, Priority
from memsvc.domain.notes import Json, Note
from memsvc.domain.policies import GuardLevel
from memsvc.guard.decide import SHARES
from memsvc.memory.context import Context
from memsvc.memory.guarding.calibrating import bucket_name, sort_of
from memsvc.memory.guarding.checking import Checks
from memsvc.memory.guarding.second_looks import look_again, look_for_accomplices
from memsvc.memory.guarding.tools import is_probed
from memsvc.memory.policy import policy_of
from memsvc.ports.guard import BenignScore
from memsvc.ports.storage import Writer

__all__ = [
    "audit_detail",
    "benign_scores",
    "is_calibrating",
    "probe_jobs",
    "queue_probes",
    "queue_scan_of_imported",
    "record_blocked",
    "record_checks",
]

_NOTES_PER_JOB: Final = 20
_IMPORT_LASTS: Final = timedelta(minutes=1)
_CALIBRATED: Final = frozenset(SHARES) | {"payload"}
_LEAST_TRUST: Final = 0.6


def record_checks(
    writer: Writer, checks: Checks, created: Sequence[NoteDraft], *, now: datetime, actor: str
) -> None:
    """Keep what was found in the notes that were stored, and queue their probes."""
    if checks.policy is None:
        return
    known = [(draft, checks.by_note[draft.id]) for draft in created if draft.id in checks.by_note]
    writer.guard.put_assessments({draft.id: checked.assessment for draft, checked in known})
    writer.guard.put_shingles({draft.id: checked.shingles for draft, checked in known if checked.shingles})
    writer.guard.put_scores(
        [
            score
            for draft, checked in known
            if is_calibrating(draft)
            for score in benign_scores(draft, checked.assessment)
        ]
    )
    for draft, checked in known:
        if checked.assessment.verdict is not Verdict.ALLOW:
            writer.guard.append(
                AuditEvent.ASSESSED,
                note=draft.id,
                detail=audit_detail(checked.assessment),
                at=now,
                actor=actor,
            )
    if checks.broken and known:
        detail: dict[str, Json] = {"detectors": list(checks.broken), "notes": len(known), "stage": "write"}
        writer.guard.append(AuditEvent.FAILED, note=None, detail=detail, at=now, actor=actor)
    probed = [draft.id for draft, _ in known if is_probed(checks.policy, draft.origin)]
    again = [look_again(draft.id, checked.partners) for draft, checked in known if checked.partners]
    for job in (*probe_jobs(probed), *again):
        writer.enqueue(job, at=now)
    blamed = [checked.blamed for _, checked in known if checked.blamed is not None]
    partners = {partner for _, checked in known for partner in checked.partners}
    look_for_accomplices(writer, blamed, now=now, but=partners)


def record_blocked(writer: Writer, checks: Checks, *, now: datetime, actor: str) -> None:
    """Note in the audit log what was not stored."""
    for checked in checks.blocked.values():
        detail = audit_detail(checked.assessment)
        writer.guard.append(AuditEvent.BLOCKED, note=None, detail=detail, at=now, actor=actor)


def is_calibrating(note: NoteDraft | Note) -> bool:
    """Return whether a note's scores say what is usual once it is active: only of trusted ones, or an untrusted
    writer could make his own kind of notes usual."""
    return note.trust >= _LEAST_TRUST


def queue_probes(context: Context, writer: Writer, notes: Sequence[NoteDraft | Note], *, now: datetime) -> None:
    """Queue the probes that the policy wants of notes whose keys are new."""
    if context.guard is None or not notes:
        return
    policy = context.guard.resolved(policy_of(writer).guard)
    if policy.level is GuardLevel.OFF:
        return
    for job in probe_jobs([note.id for note in notes if is_probed(policy, note.origin)]):
        writer.enqueue(job, at=now)


def queue_scan_of_imported(context: Context, writer: Writer, *, now: datetime) -> None:
    """Have the namespace scanned in a minute, once for all notes that are imported until then."""
    if context.guard is None or context.guard.resolved(policy_of(writer).guard).level is GuardLevel.OFF:
        return
    job = NewJob(
        GUARD_SCAN,
        f"{GUARD_SCAN}:imported",
        {"apply": True},
        run_after=now + _IMPORT_LASTS,
        priority=Priority.LOW,
    )
    writer.enqueue(job, at=now)


def probe_jobs(notes: Sequence[NoteId]) -> list[NewJob]:
    """Return the jobs that probe notes, a batch each."""
    batches = [list(notes[start : start + _NOTES_PER_JOB]) for start in range(0, len(notes), _NOTES_PER_JOB)]
    return [
        NewJob(GUARD_PROBE, f"{GUARD_PROBE}:{batch[0]}", {"notes": batch}, priority=Priority.LOW)
        for batch in batches
    ]


def benign_scores(note: NoteDraft | Note, assessment: Assessment) -> list[BenignScore]:
    """Return a note's scores for its namespace's calibration; of several of one detector the highest."""
    bucket = bucket_name(sort_of(note.kind, note.content))
    highest: dict[str, float] = {}
    for signal in assessment.signals:
        if signal.detector in _CALIBRATED:
            highest[signal.detector] = max(signal.score, highest.get(signal.detector, signal.score))
    return [BenignScore(note.id, detector, bucket, score) for detector, score in highest.items()]


def audit_detail(assessment: Assessment) -> Mapping[str, Json]:
    """Return figures and codes of an assessment, and no text."""
    ledgers = assessment.ledgers
    return {
        "stage": assessment.stage.value,
        "verdict": assessment.verdict.value,
        "hijack": round(ledgers.hijack, 4),
        "influence": round(ledgers.influence, 4),
        "distrust": round(ledgers.distrust, 4),
        "p": {signal.detector: round(signal.p, 6) for signal in assessment.signals},
        "model": assessment.model,
    }
