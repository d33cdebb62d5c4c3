"""What follows of a verdict on a stored note, in the transaction that keeps its assessment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.guarding import Assessment, AuditEvent, Verdict
from memsvc.domain.notes import Note, Status
from memsvc.memory.guarding.assessing import Assessor
from memsvc.memory.guarding.hiding import doubted_sources, hide, let_in, limit
from memsvc.memory.guarding.recording import audit_detail, benign_scores, is_calibrating
from memsvc.memory.guarding.second_looks import blamed, look_for_accomplices
from memsvc.memory.guarding.tools import limits_of
from memsvc.ports.storage import Writer

__all__ = ["carry_out", "keep_assessment", "look_beside"]


def keep_assessment(writer: Writer, note: Note, assessment: Assessment, *, now: datetime, actor: str) -> None:
    """Keep an assessment, what it adds to what is usual, and an audit entry unless it found nothing."""
    writer.guard.put_assessments({note.id: assessment})
    if is_calibrating(note):
        writer.guard.put_scores(benign_scores(note, assessment))
    if assessment.verdict is not Verdict.ALLOW:
        detail = audit_detail(assessment)
        writer.guard.append(AuditEvent.ASSESSED, note=note.id, detail=detail, at=now, actor=actor)


def carry_out(writer: Writer, note: Note, verdict: Verdict, *, now: datetime, actor: str) -> Status:
    """Bring a note that is not hidden to the status that the verdict wants, and return that.

    A limited note is let in only when none of its sources is limited or quarantined.
    """
    if verdict in (Verdict.QUARANTINE, Verdict.BLOCK):
        hide(writer, note.id, reason="it looks like an attack", at=now, actor=actor)
        return Status.QUARANTINED
    if verdict is Verdict.LIMIT:
        limit(writer, note.id, reason="it is doubtful", at=now, actor=actor)
        return Status.LIMITED
    if note.status is Status.LIMITED and not doubted_sources(writer, note.id):
        let_in(writer, [note.id], operation=Operation.UPDATED, reason="probed", at=now, actor=actor)
        return Status.ACTIVE
    return note.status


def look_beside(
    writer: Writer, assessor: Assessor, carried: Iterable[tuple[Note, Assessment]], *, now: datetime
) -> None:
    """Have looked at again what shares the words that notes were quarantined for, once all of these are hidden."""
    runs, alpha = assessor.model.runs, limits_of(assessor.policy).alpha
    found = [blamed(writer, runs, note, assessment, alpha=alpha) for note, assessment in carried]
    look_for_accomplices(writer, [each for each in found if each is not None], now=now)
