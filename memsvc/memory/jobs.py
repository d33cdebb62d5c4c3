"""The background jobs that the use cases queue, by kind."""

from __future__ import annotations

from datetime import datetime, timedelta

from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import ERASE, KEY_NOTES, ORGANISE, SAVE_INDEX, NewJob, Priority
from memsvc.domain.notes import Json
from memsvc.ports.storage import Writer

__all__ = ["erase_job", "key_notes_job", "organise_job", "queue_index_save"]

_ERASE_AFTER = timedelta(minutes=1)


def queue_index_save(writer: Writer, *, sequence: int, changes: int, every: int, now: datetime) -> None:
    """Have the index saved each time `every` changes have come; `sequence` is the last one before these."""
    if sequence // every != (sequence + changes) // every:
        writer.enqueue(NewJob(SAVE_INDEX, dedupe=SAVE_INDEX), at=now)


def key_notes_job(notes: list[NoteId]) -> NewJob:
    """Key the notes that were stored while the embedder did not answer."""
    return NewJob(KEY_NOTES, dedupe=f"{KEY_NOTES}:{notes[0]}", payload={"notes": list(notes)})


def organise_job(thoughts: list[NoteId]) -> NewJob:
    """Compare new thoughts with the others: close what they contradict, and merge."""
    return NewJob(ORGANISE, dedupe=f"{ORGANISE}:{thoughts[0]}", payload={"notes": list(thoughts)})


def erase_job(namespace_row: int, receipt: str, *, now: datetime) -> NewJob:
    """Finish an erasure outside the database, in a minute, unless the process that began it has done so."""
    payload: dict[str, Json] = {"namespace_row": namespace_row, "receipt": receipt}
    due = now + _ERASE_AFTER
    return NewJob(ERASE, dedupe=f"{ERASE}:{receipt}", payload=payload, run_after=due, priority=Priority.HIGH)
