"""A scan of a whole namespace, also of one that was filled before there was a guard, or elsewhere."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from memsvc.domain.guarding import Assessment, AuditEvent, Verdict
from memsvc.domain.guarding_results import Flagged, ScanReport
from memsvc.domain.notes import Json, Note, Status
from memsvc.domain.policies import GuardLevel
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING, Selection
from memsvc.errors import Conflict, EmbedderUnavailable
from memsvc.guard.conformal import benjamini_hochberg
from memsvc.guard.decide import adjusted_p
from memsvc.guard.normalize import normalised
from memsvc.memory.context import Context
from memsvc.memory.guarding.all_shared import AllShared
from memsvc.memory.guarding.assessing import Assessor
from memsvc.memory.guarding.canaries import check_canaries
from memsvc.memory.guarding.carrying_out import carry_out, keep_assessment, look_beside
from memsvc.memory.guarding.scanner import COSTLY, Scanner
from memsvc.memory.guarding.surroundings import Surroundings, surroundings_of
from memsvc.memory.guarding.tools import limits_of
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.policy import policy_of
from memsvc.memory.presenting import presented
from memsvc.ports.storage import Writer

__all__ = ["scan"]

_PAGE: Final = 100
_SCANNED: Final = Selection(statuses=HOLDING)


def scan(
    context: Context,
    scope: Scope,
    *,
    actor: Actor,
    apply: bool,
    on_note: Callable[[], None] = lambda: None,
) -> ScanReport:
    """Assess every note that is not hidden, and every canary; with `apply` do what the verdicts say.

    A note that the same model has probed by the same keys is not embedded again. Without the embedder only the
    cheap detectors are asked, and no canaries; `degraded` says so. The level of the policy does not matter, its
    values do. The audit log tells of every scan that has begun, also of one that fails. Raises NotFound,
    GuardModelError, EmbedderUnavailable when that goes away meanwhile; Conflict for a service without a guard.
    """
    assessor = _assessor(context, scope)
    alpha = limits_of(assessor.policy).alpha
    begun = so_far = ScanReport(0, (), (), context.clock(), assessor.model.version, alpha)
    complete = False
    try:
        for report in _reports(context, scope, assessor, begun, apply=apply, actor=actor, on_note=on_note):
            so_far = report
        complete = True
    finally:
        _note_in_audit(context, scope, so_far, apply=apply, actor=actor, complete=complete)
    flagged = sorted(
        so_far.flagged, key=lambda each: (adjusted_p(each.assessment.signals), -each.assessment.ledgers.risk)
    )
    return replace(so_far, flagged=tuple(flagged))


def _reports(
    context: Context,
    scope: Scope,
    assessor: Assessor,
    report: ScanReport,
    *,
    apply: bool,
    actor: Actor,
    on_note: Callable[[], None],
) -> Iterator[ScanReport]:
    """Yield the report as it grows, page by page, with the canaries at last."""
    surroundings: Surroundings | None = None
    try:
        surroundings = surroundings_of(context, scope, assessor.surroundings, now=report.at)
    except EmbedderUnavailable:
        report = replace(report, degraded=COSTLY)
    work = Scanner(context, scope, assessor, _all_shared(context, scope, assessor), surroundings)
    hijacking = array("d")
    for page in _pages(context, scope):
        assessed = []
        for note in page:
            assessed.append((note, work.assess(note)))
            on_note()
        hijacking.extend(adjusted_p(found.signals) for _, found in assessed)
        flagged = _kept(context, scope, assessor, assessed, apply=apply, actor=actor)
        report = replace(report, notes=report.notes + len(page), flagged=(*report.flagged, *flagged))
        yield report
        work = work.knowing([note.row for note, found in assessed if found.verdict is Verdict.ALLOW])
    report = replace(report, flagged=_with_q(report.flagged, hijacking))
    try:
        yield replace(report, canaries=tuple(check_canaries(context, scope)))
    except EmbedderUnavailable:
        yield replace(report, degraded=(*report.degraded, "canaries"))


def _with_q(flagged: Sequence[Flagged], hijacking: Sequence[float]) -> tuple[Flagged, ...]:
    """Return the flagged notes with their q-values among all notes of the scan."""
    q_values = dict(zip(hijacking, benjamini_hochberg(hijacking), strict=True))
    return tuple(replace(each, q=q_values[adjusted_p(each.assessment.signals)]) for each in flagged)


def _assessor(context: Context, scope: Scope) -> Assessor:
    tools = context.guard
    if tools is None:
        raise Conflict("this service was put together without a guard, and cannot scan")
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        policy = policy_of(reader).guard
    resolved = tools.resolved(policy)
    if resolved.level is GuardLevel.OFF:
        resolved = tools.resolved(replace(policy, level=GuardLevel.BALANCED))
    return Assessor.of(tools, resolved)


def _pages(context: Context, scope: Scope) -> Iterator[list[Note]]:
    after = 0
    while True:
        with context.storage.reader(scope) as reader:
            page = reader.page(_SCANNED, after_row=after, limit=_PAGE)
        if not page:
            return
        yield page
        after = page[-1].row


def _all_shared(context: Context, scope: Scope, assessor: Assessor) -> AllShared:
    runs = assessor.model.runs
    return AllShared.of(
        (note.row, note.trust, [shingle.hash for shingle in runs.rare_shingles(normalised(note.content))])
        for page in _pages(context, scope)
        for note in page
    )


def _kept(
    context: Context,
    scope: Scope,
    assessor: Assessor,
    assessed: Sequence[tuple[Note, Assessment]],
    *,
    apply: bool,
    actor: Actor,
) -> list[Flagged]:
    """Return what is flagged of a page; with `apply` keep all of it and do what follows, in one transaction.

    What a person has released is neither told again nor changed.
    """
    if not apply:
        with context.storage.reader(scope) as reader:
            reviewed = reader.guard.reviews([note.id for note, _ in assessed])
        return [
            Flagged(presented(note), each)
            for note, each in assessed
            if each.verdict is not Verdict.ALLOW and note.id not in reviewed
        ]
    flagged, carried = [], []
    now = context.clock()
    with context.storage.writer(scope) as writer:
        reviewed = writer.guard.reviews([note.id for note, _ in assessed])
        present = {note.id: note for note in writer.notes([note.id for note, _ in assessed])}
        for note, each in assessed:
            current = present.get(note.id)
            applied = False
            if current is not None and current.status in HOLDING and note.id not in reviewed:
                after = _carried_out(writer, current, each, now, actor)
                carried.append((current, each))
                applied = after is not current.status
                current = current._replace(status=after)
            if each.verdict is not Verdict.ALLOW and note.id not in reviewed:
                flagged.append(Flagged(presented(current or note), each, applied))
        look_beside(writer, assessor, carried, now=now)
    return flagged


def _carried_out(writer: Writer, note: Note, assessment: Assessment, now: datetime, actor: Actor) -> Status:
    """Do what follows, and return the status then; what was not looked at in full is not let in for it."""
    if assessment.degraded and assessment.verdict is Verdict.ALLOW:
        return note.status
    keep_assessment(writer, note, assessment, now=now, actor=actor.name)
    return carry_out(writer, note, assessment.verdict, now=now, actor=actor.name)


def _note_in_audit(
    context: Context, scope: Scope, report: ScanReport, *, apply: bool, actor: Actor, complete: bool
) -> None:
    detail: dict[str, Json] = {
        "apply": apply,
        "complete": complete,
        "notes": report.notes,
        "flagged": len(report.flagged),
        "applied": sum(each.applied for each in report.flagged),
        "canaries": len(report.canaries),
        "unexplained": sum(not each.explained for each in report.canaries),
        "degraded": list(report.degraded),
        "model": report.model,
    }
    with context.storage.writer(scope) as writer:
        writer.guard.append(AuditEvent.SCANNED, note=None, detail=detail, at=report.at, actor=actor.name)
