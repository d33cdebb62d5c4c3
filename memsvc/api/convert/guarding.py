"""The guard's answers as wire models."""

from __future__ import annotations

from memsvc import wire
from memsvc.api.convert import outbound
from memsvc.domain.guarding import Assessment, AuditEntry, Canary, Review
from memsvc.domain.guarding_results import AuditCheck, CanaryCheck, Explanation, Flagged, Quarantined, ScanReport

__all__ = ["audit_check", "audit_entry", "canary", "canary_check", "explanation", "quarantined", "scan_report"]


def assessment(source: Assessment) -> wire.Assessment:
    ledgers = source.ledgers
    return wire.Assessment(
        stage=source.stage.value,
        verdict=source.verdict.value,
        ledgers=wire.Ledgers(
            hijack=ledgers.hijack, influence=ledgers.influence, distrust=ledgers.distrust, risk=ledgers.risk
        ),
        signals=tuple(wire.Signal.model_validate(outbound.signal_fields(signal)) for signal in source.signals),
        at=source.at,
        model=source.model,
        degraded=source.degraded,
    )


def review(source: Review) -> wire.Review:
    return wire.Review(decision=source.decision.value, at=source.at, actor=source.actor, reason=source.reason)


def quarantined(source: Quarantined) -> wire.QuarantinedNote:
    return wire.QuarantinedNote(
        note=outbound.note(source.note), assessments=tuple(assessment(each) for each in source.assessments)
    )


def explanation(source: Explanation) -> wire.Explanation:
    return wire.Explanation(
        note=outbound.note(source.note),
        assessments=tuple(assessment(each) for each in source.assessments),
        review=None if source.review is None else review(source.review),
        original=source.original,
        keys=source.keys,
        sources=tuple(wire.NoteSource(note=each.source, role=each.role.value) for each in source.sources),
    )


def canary(source: Canary) -> wire.Canary:
    return wire.Canary(
        id=source.id,
        question=source.question,
        expected=source.expected,
        k=source.k,
        at=source.at,
        actor=source.actor,
    )


def canary_check(source: CanaryCheck) -> wire.CanaryCheck:
    return wire.CanaryCheck(
        canary=canary(source.canary),
        now=source.now,
        entered=source.entered,
        left=source.left,
        explained=source.explained,
        why=source.why,
    )


def scan_report(source: ScanReport) -> wire.ScanReport:
    return wire.ScanReport(
        notes=source.notes,
        flagged=tuple(_flagged(each) for each in source.flagged),
        canaries=tuple(canary_check(each) for each in source.canaries),
        at=source.at,
        model=source.model,
        alpha=source.alpha,
        degraded=source.degraded,
    )


def _flagged(source: Flagged) -> wire.FlaggedNote:
    return wire.FlaggedNote(
        note=outbound.note(source.note),
        assessment=assessment(source.assessment),
        applied=source.applied,
        q=source.q,
    )


def audit_entry(source: AuditEntry) -> wire.AuditEntry:
    return wire.AuditEntry(
        sequence=source.sequence,
        at=source.at,
        actor=source.actor,
        event=source.event.value,
        note=source.note,
        detail=outbound.plain(source.detail),
        previous=source.previous,
        hash=source.hash,
    )


def audit_check(source: AuditCheck) -> wire.AuditCheck:
    broken = source.broken
    return wire.AuditCheck(
        entries=source.entries,
        head=source.head,
        broken=None if broken is None else wire.AuditBreak(sequence=broken.sequence, why=broken.why),
    )
