"""The review of quarantined and doubtful notes: what waits and why, released or rejected, once."""

from __future__ import annotations

from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.guarding import AuditEvent, Decision, Review, Verdict
from memsvc.domain.guarding_results import Explanation, Quarantined
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict
from memsvc.memory.checks import check_reason
from memsvc.memory.context import Context
from memsvc.memory.guarding.hiding import doubted_sources, freed_with, hide, let_in
from memsvc.memory.guarding.probes import original_of
from memsvc.memory.guarding.recording import benign_scores
from memsvc.memory.look_up import existing_note
from memsvc.memory.presenting import presented
from memsvc.ports.storage import Writer

__all__ = ["explain", "quarantine", "reject", "release"]


def quarantine(context: Context, scope: Scope, *, after_row: int, limit: int) -> list[Quarantined]:
    """Return the notes that wait for a review, with why, by ascending row."""
    with context.storage.reader(scope) as reader:
        notes = reader.guard.waiting(after_row=after_row, limit=limit)
        assessed = reader.guard.assessments([note.id for note in notes])
        return [Quarantined(presented(note), assessed.get(note.id, ())) for note in notes]


def explain(context: Context, scope: Scope, note: NoteId) -> Explanation:
    """Return all that the guard knows of a note, of any status; raises NotFound."""
    with context.storage.reader(scope) as reader:
        found = existing_note(reader, note)
        return Explanation(
            note=presented(found),
            assessments=reader.guard.assessments([note]).get(note, ()),
            review=reader.guard.reviews([note]).get(note),
            original=original_of(reader, found),
            keys=tuple(key.text_in(found.content) for key in reader.keys(note)),
            sources=tuple(reader.derivations.sources([note])),
        )


def release(context: Context, scope: Scope, note: NoteId, *, actor: Actor, reason: str) -> Note:
    """Let a note in that is quarantined, or limited and let in by nothing else: the namespace learns from it.

    The note's trust stays what it is. What was hidden only for repeating it is let in with it. Raises NotFound,
    InvalidInput for a reason that says nothing, Conflict when the note is neither, was reviewed, rests on a note
    in doubt that is to be reviewed first, or when a note of the same content has its place.
    """
    check_reason(reason)
    now = context.clock()
    with context.storage.writer(scope) as writer:
        known = _to_review(writer, note)
        if known.status is Status.LIMITED and (waiting := _unreviewed(writer, note)):
            raise Conflict(
                f"note {note} rests on note {waiting[0]}, which is limited or quarantined; review that one first"
            )
        assessed = writer.guard.assessments([note]).get(note, ())
        notes = [note, *freed_with(writer, note)]
        active = let_in(writer, notes, operation=Operation.RELEASED, reason=reason, at=now, actor=actor.name)
        writer.guard.put_review(note, Review(Decision.RELEASED, now, actor.name, reason))
        writer.guard.put_scores([score for each in assessed for score in benign_scores(known, each)])
        _note_in_audit(writer, AuditEvent.RELEASED, note, reason, now, actor)
        return active[0]


def reject(context: Context, scope: Scope, note: NoteId, *, actor: Actor, reason: str) -> Note:
    """Keep a quarantined note hidden for good, or hide a doubtful one so; raises as `release` does."""
    check_reason(reason)
    now = context.clock()
    with context.storage.writer(scope) as writer:
        if _to_review(writer, note).status is Status.LIMITED:
            hide(writer, note, reason=reason, at=now, actor=actor.name)
        after = writer.change_status(
            StatusChange(note, Operation.REJECTED, Status.QUARANTINED, now, actor.name, reason)
        )
        writer.guard.put_review(note, Review(Decision.REJECTED, now, actor.name, reason))
        _note_in_audit(writer, AuditEvent.REJECTED, note, reason, now, actor)
        return after


def _to_review(writer: Writer, note: NoteId) -> Note:
    found = existing_note(writer, note)
    review = writer.guard.reviews([note]).get(note)
    if review is not None:
        raise Conflict(f"note {note} was {review.decision} already, by {review.actor}; a review stands")
    if found.status is Status.QUARANTINED or (found.status is Status.LIMITED and _needs_a_person(writer, note)):
        return found
    if found.status is Status.LIMITED:
        raise Conflict(
            f"note {note} is limited until it or what it rests on is probed; there is nothing to review"
        )
    raise Conflict(f"note {note} is {found.status}, not quarantined; there is nothing to review")


def _needs_a_person(writer: Writer, note: NoteId) -> bool:
    """Return whether a limited note is so for what was found in it, or rests on one that was rejected."""
    assessed = writer.guard.assessments([note]).get(note, ())
    last = max(assessed, key=lambda each: each.at, default=None)
    if last is not None and last.verdict is Verdict.LIMIT:
        return True
    reviews = writer.guard.reviews(doubted_sources(writer, note))
    return any(review.decision is Decision.REJECTED for review in reviews.values())


def _unreviewed(writer: Writer, note: NoteId) -> list[NoteId]:
    """Return the notes in doubt that a note rests on, and that nobody has rejected."""
    sources = doubted_sources(writer, note)
    reviews = writer.guard.reviews(sources)
    return [source for source in sources if source not in reviews]


def _note_in_audit(
    writer: Writer, event: AuditEvent, note: NoteId, reason: str, now: datetime, actor: Actor
) -> None:
    writer.guard.append(event, note=note, detail={"reason": reason}, at=now, actor=actor.name)
