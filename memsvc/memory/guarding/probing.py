"""The job that probes new notes: limited ones are let in or quarantined, trusted ones looked at in hindsight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from memsvc.domain.guarding import Assessment, Stage
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import GUARD_PROBE
from memsvc.domain.notes import Json, Key, Note
from memsvc.domain.policies import GuardLevel
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING
from memsvc.memory.context import Context
from memsvc.memory.guarding.assessing import Assessor
from memsvc.memory.guarding.carrying_out import carry_out, keep_assessment, look_beside
from memsvc.memory.guarding.probes import Subject, cheap_signals, holding, probe, signals_of, subject_of
from memsvc.memory.guarding.surroundings import surroundings_of
from memsvc.memory.guarding.writers import trust_at_writing
from memsvc.memory.policy import policy_of
from memsvc.ports.jobs import JobContext
from memsvc.ports.storage import Reader, Writer

__all__ = ["probe_job"]

_ACTOR: Final = GUARD_PROBE


@dataclass(frozen=True, slots=True)
class _Probed:
    """A note as it was read, with its assessment; with `keys` these were probed just now."""

    note: Note
    assessment: Assessment
    keys: tuple[Key, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a read gave: the notes to probe, and those that only wait for others."""

    fresh: tuple[Subject, ...] = field(default=(), repr=False)
    known: tuple[_Probed, ...] = ()


def probe_job(context: Context, run: JobContext) -> Mapping[str, Json] | None:
    """Probe a batch of notes; their assessments, what follows of these and the end of the job are one transaction.

    Raises GuardModelError, EmbedderUnavailable: then the job is tried again, and limited notes stay limited.
    """
    tools, scope = context.guard, Scope(run.job.tenant, run.job.namespace)
    if tools is None:
        return None
    named, beside = _notes_of(run, "notes"), _notes_of(run, "beside")
    with context.storage.reader(scope) as reader:
        if reader.state is None:
            return None
        policy = tools.resolved(policy_of(reader).guard)
        assessor = None if policy.level is GuardLevel.OFF else Assessor.of(tools, policy)
        plan = _plan(reader, assessor, named, beside=beside)
    found = _assessed(context, scope, assessor, plan, run) if assessor is not None else []
    now = context.clock()
    with context.storage.writer(scope) as writer:
        done: Counter[str] = Counter()
        carried: list[tuple[Note, Assessment]] = []
        for each in (*found, *plan.known):
            note = _now(writer, each)
            if note is not None:
                if each.keys is not None:
                    keep_assessment(writer, note, each.assessment, now=now, actor=_ACTOR)
                done[carry_out(writer, note, each.assessment.verdict, now=now, actor=_ACTOR)] += 1
                carried.append((note, each.assessment))
        if assessor is not None:
            look_beside(writer, assessor, carried, now=now)
        result: dict[str, Json] = {"probed": len(found), **done}
        writer.finish_job(run.lease, at=now, result=result)
        return result


def _notes_of(run: JobContext, member: str) -> list[NoteId]:
    notes = run.job.payload.get(member, [])
    assert isinstance(notes, list)
    return [NoteId(str(note)) for note in notes]


def _plan(
    reader: Reader, assessor: Assessor | None, named: Sequence[NoteId], *, beside: Sequence[NoteId]
) -> _Plan:
    """Return what is to be probed; what a person has decided about is left alone.

    So are notes without keys: the job that makes these has them probed. `beside` are notes that share rare runs
    with these, also hidden ones: then all are looked at anew.
    """
    others = reader.notes(beside)
    notes = [note for note in reader.notes(named) if note.status in HOLDING]
    ids = [note.id for note in notes]
    assessed, reviewed = reader.guard.assessments(ids), reader.guard.reviews(ids)
    fresh, known = [], []
    for note in notes:
        if note.id in reviewed:
            continue
        last = _last_of(assessed.get(note.id, ()), reader, note, assessor)
        if last is not None and not (others and assessor is not None):
            known.append(_Probed(note, last))
        elif assessor is not None and (subject := subject_of(reader, assessor.model, note)) is not None:
            fresh.append(replace(subject, sharers=subject.sharers.beside(others)))
    return _Plan(tuple(fresh), tuple(known))


def _last_of(
    assessed: Sequence[Assessment], reader: Reader, note: Note, assessor: Assessor | None
) -> Assessment | None:
    """Return the assessment that holds; with the guard off the last one of any."""
    if assessor is None:
        return assessed[-1] if assessed else None
    return holding(reader, note, assessed, model=assessor.model.version)


def _assessed(context: Context, scope: Scope, assessor: Assessor, plan: _Plan, run: JobContext) -> list[_Probed]:
    """Probe the notes that are new, between transactions."""
    if not plan.fresh:
        return []
    surroundings = surroundings_of(context, scope, assessor.surroundings, now=context.clock())
    probed = []
    for place, subject in enumerate(plan.fresh):
        run.progress(place, len(plan.fresh))
        found = probe(subject, surroundings, assessor.model, context.embedder)
        with context.storage.reader(scope) as reader:
            signals = [
                *cheap_signals(reader, assessor, subject),
                *signals_of(reader, assessor, subject.note, found),
            ]
            known = reader.guard.assessments([subject.note.id]).get(subject.note.id, ())
            assessment = assessor.assessment(
                Stage.PROBE,
                signals,
                trust=trust_at_writing(subject.note, known),
                at=context.clock(),
                may_block=False,
            )
        probed.append(_Probed(subject.note, assessment, subject.keys))
    return probed


def _now(writer: Writer, probed: _Probed) -> Note | None:
    """Return the note as it is by now; None when it is gone, hidden, reviewed, or keyed anew, for another job."""
    found = writer.notes([probed.note.id])
    if not found or found[0].status not in HOLDING or writer.guard.reviews([found[0].id]):
        return None
    if probed.keys is not None and tuple(writer.keys(found[0].id)) != probed.keys:
        return None
    return found[0]
