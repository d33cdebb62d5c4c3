"""What somebody wrote who had read notes that are erased: nothing is left that could tell why it is limited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from memsvc.domain.derivations import Role
from memsvc.domain.guarding import Assessment, AuditEvent, Ledgers, Stage, Verdict
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.memory.guarding.hiding import doubted_sources
from memsvc.memory.guarding.recording import audit_detail
from memsvc.ports.storage import Writer

__all__ = ["leave_in_doubt"]

_NO_MODEL: Final = "none"


def leave_in_doubt(writer: Writer, gone: Collection[NoteId], *, at: datetime, actor: str) -> None:
    """Have a person look at limited notes whose writers had read one of these, which was in doubt and is erased.

    Before the notes are purged: with them goes what made the others wait.
    """
    erased = frozenset(gone)
    readers = writer.notes(writer.derivations.descendants(list(gone), roles=frozenset({Role.INFORMED})))
    waiting = [
        note
        for note in readers
        if note.status is Status.LIMITED
        and note.id not in erased
        and not erased.isdisjoint(doubted_sources(writer, note.id))
    ]
    doubts = {note.id: _doubt(note, at) for note in waiting}
    writer.guard.put_assessments(doubts)
    for note, doubt in doubts.items():
        writer.guard.append(AuditEvent.ASSESSED, note=note, detail=audit_detail(doubt), at=at, actor=actor)


def _doubt(note: Note, at: datetime) -> Assessment:
    """Return an assessment without findings; any later one takes its place."""
    ledgers = Ledgers(hijack=0.0, influence=0.0, distrust=1.0 - note.trust)
    return Assessment(Stage.SCAN, Verdict.LIMIT, ledgers, (), at, _NO_MODEL)
