"""Notes that the guard hides, and those that are let in: each with what hangs on it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import CONTENT_ROLES, Role
from memsvc.domain.guarding import Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.revising import StatusChange
from memsvc.domain.selection import HOLDING
from memsvc.memory.derived_work import queue_derived_work
from memsvc.memory.guarding.recording import probe_jobs
from memsvc.memory.policy import policy_of
from memsvc.ports.storage import Writer

__all__ = ["doubted_sources", "freed_with", "hide", "let_in", "limit"]

_WITH_SOURCE: Final = "it repeats a quarantined note"
_DOUBTED: Final = frozenset({Status.LIMITED, Status.QUARANTINED})
_SOURCES: Final = CONTENT_ROLES | {Role.INFORMED}


def hide(writer: Writer, note: NoteId, *, reason: str, at: datetime, actor: str) -> None:
    """Quarantine a note, and what repeats its words: thoughts, and notes merged from them."""
    operation, status = Operation.QUARANTINED, Status.QUARANTINED
    writer.change_status(StatusChange(note, operation, status, at, actor, reason))
    for each in _repeating(writer, note):
        if each.status in HOLDING:
            writer.change_status(StatusChange(each.id, operation, status, at, actor, _WITH_SOURCE))


def limit(writer: Writer, note: NoteId, *, reason: str, at: datetime, actor: str) -> None:
    """Let a note, and what repeats its words, be evidence only."""
    for each in (*writer.notes([note]), *_repeating(writer, note)):
        if each.status is Status.ACTIVE:
            writer.change_status(StatusChange(each.id, Operation.UPDATED, Status.LIMITED, at, actor, reason))


def let_in(
    writer: Writer, notes: Sequence[NoteId], *, operation: Operation, reason: str, at: datetime, actor: str
) -> list[Note]:
    """Make notes active, have done what is derived of new notes, and probe what had waited for them."""
    active = [
        writer.change_status(StatusChange(note, operation, Status.ACTIVE, at, actor, reason)) for note in notes
    ]
    queue_derived_work(writer, policy_of(writer), active, now=at)
    waiting = [
        note.id
        for note in writer.notes(writer.derivations.descendants(notes, roles=_SOURCES))
        if note.status is Status.LIMITED
    ]
    for job in probe_jobs(waiting):
        writer.enqueue(job, at=at)
    return active


def doubted_sources(writer: Writer, note: NoteId) -> list[NoteId]:
    """Return the limited and quarantined notes that a note was made from, or whose reader wrote it."""
    named = [each.source for each in writer.derivations.sources([note]) if each.role in _SOURCES]
    return [source.id for source in writer.notes(list(dict.fromkeys(named))) if source.status in _DOUBTED]


def _repeating(writer: Writer, note: NoteId) -> list[Note]:
    return writer.notes(writer.derivations.descendants([note], roles=CONTENT_ROLES))


def freed_with(writer: Writer, note: NoteId) -> list[NoteId]:
    """Return the notes that were hidden for repeating this one, and for nothing else."""
    below = [
        each
        for each in _repeating(writer, note)
        if each.status is Status.QUARANTINED and _hidden_with_source(writer, each.id)
    ]
    ids = [each.id for each in below]
    blamed = {
        found
        for found, assessed in writer.guard.assessments(ids).items()
        if any(each.verdict is Verdict.QUARANTINE for each in assessed)
    }
    free: list[NoteId] = []
    for each in ids:
        sources = {source.source for source in writer.derivations.sources([each]) if source.role in CONTENT_ROLES}
        others = writer.notes([source for source in sources if source != note and source not in free])
        if each not in blamed and all(other.status is not Status.QUARANTINED for other in others):
            free.append(each)
    return free


def _hidden_with_source(writer: Writer, note: NoteId) -> bool:
    last = [change for change in writer.history(note) if "status" in change.patch][-1]
    return last.operation is Operation.QUARANTINED and last.patch.get("reason") == {
        "old": None,
        "new": _WITH_SOURCE,
    }
