"""The background jobs that the use cases queue, by kind."""

from __future__ import annotations

from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import NewJob

__all__ = ["ERASE", "KEY_NOTES", "SAVE_INDEX", "erase_job", "key_notes_job", "save_index_job"]

SAVE_INDEX = "index.save"
KEY_NOTES = "notes.key"
ERASE = "erase.finish"


def save_index_job() -> NewJob:
    return NewJob(SAVE_INDEX, dedupe=SAVE_INDEX)


def key_notes_job(notes: list[NoteId]) -> NewJob:
    """Key the notes that were stored while the embedder did not answer."""
    return NewJob(KEY_NOTES, dedupe=f"{KEY_NOTES}:{notes[0]}", payload={"notes": list(notes)})


def erase_job(namespace_row: int) -> NewJob:
    """Finish an erasure outside the database, in case the process dies before it has."""
    return NewJob(ERASE, dedupe=f"{ERASE}:{namespace_row}", payload={"namespace_row": namespace_row})
