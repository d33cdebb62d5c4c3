"""What the guard knows of a note, to and from its export line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from memsvc import wire
from memsvc.domain.guarding import UNCALIBRATED, Assessment, Decision, Ledgers, Review, Signal, Stage, Verdict
from memsvc.domain.records import NoteRecord
from memsvc.errors import InvalidInput

__all__ = ["guard_lines", "with_guard", "without_guard"]


def guard_lines(record: NoteRecord) -> dict[str, Any]:
    """Return the fields of a note's line that say what the guard knows of it."""
    return {
        "original": record.original,
        "assessments": tuple(map(_assessment_line, record.assessments)),
        "review": None if record.review is None else _review_line(record.review),
    }


def _assessment_line(source: Assessment) -> wire.AssessmentRecord:
    ledgers = source.ledgers
    return wire.AssessmentRecord(
        stage=source.stage.value,
        verdict=source.verdict.value,
        ledgers=wire.LedgersRecord(hijack=ledgers.hijack, influence=ledgers.influence, distrust=ledgers.distrust),
        signals=tuple(map(_signal_line, source.signals)),
        at=source.at,
        model=source.model,
        degraded=source.degraded,
    )


def _signal_line(source: Signal) -> wire.SignalRecord:
    return wire.SignalRecord(
        detector=source.detector,
        score=source.score,
        p=source.p,
        why=source.why,
        span=source.span,
        key=source.key,
    )


def _review_line(source: Review) -> wire.ReviewRecord:
    return wire.ReviewRecord(
        decision=source.decision.value, at=source.at, actor=source.actor, reason=source.reason
    )


def with_guard(record: NoteRecord, line: wire.NoteRecord) -> NoteRecord:
    """Return the record with what its line says of it; raises InvalidInput when a stage comes twice."""
    assessments = tuple(map(_assessment, line.assessments))
    if len({each.stage for each in assessments}) < len(assessments):
        raise InvalidInput("the line has two assessments of one stage; leave out the older")
    return replace(
        record,
        original=line.original,
        assessments=assessments,
        review=None if line.review is None else _review(line.review),
    )


def without_guard(record: NoteRecord) -> NoteRecord:
    """Return the record without what only administrators may know of it."""
    return replace(record, original=None, assessments=(), review=None)


def _assessment(line: wire.AssessmentRecord) -> Assessment:
    ledgers = Ledgers(line.ledgers.hijack, line.ledgers.influence, line.ledgers.distrust)
    signals = tuple(map(_signal, line.signals))
    return Assessment(
        Stage(line.stage), Verdict(line.verdict), ledgers, signals, line.at, line.model, line.degraded
    )


def _signal(line: wire.SignalRecord) -> Signal:
    """Return the signal; older exports have a p of what has none."""
    p = 1.0 if line.detector in UNCALIBRATED else line.p
    if p == 0.0:
        raise InvalidInput(f"the p-value of {line.detector} is 0, which none can be; leave the assessment out")
    return Signal(line.detector, line.score, p, line.why, line.span, line.key)


def _review(line: wire.ReviewRecord) -> Review:
    return Review(Decision(line.decision), line.at, line.actor, line.reason)
