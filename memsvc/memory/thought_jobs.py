"""Thinking and organising in the background."""

from __future__ import annotations

from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.thinking import post_think
from memsvc.ports.jobs import JobContext

__all__ = ["think_job"]

# After so many attempts that a model has failed the rules think, and the job's result says so.
_MODEL_ATTEMPTS: Final = 3
_ACTOR: Final = Actor("service")


def think_job(context: Context, run: JobContext) -> None:
    """Think about a batch of new rounds; those that were purged meanwhile are left out."""
    scope = Scope(run.job.tenant, run.job.namespace)
    with context.storage.reader(scope) as reader:
        notes = [note.id for note in reader.notes(_notes_of(run))]
    if not notes:
        return
    degrade = run.job.attempts >= _MODEL_ATTEMPTS
    post_think(context, scope, notes, actor=_ACTOR, lease=run.lease, may_degrade=degrade)


def _notes_of(run: JobContext) -> list[NoteId]:
    notes = run.job.payload["notes"]
    assert isinstance(notes, list)
    return [NoteId(str(note)) for note in notes]
