"""Thinking and organising in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.focus import MOST_FOCUSED
from memsvc.memory.merging import merge_thoughts
from memsvc.memory.organising import Conduct, forget_thoughts
from memsvc.memory.policy import policy_of
from memsvc.memory.thinking import post_think
from memsvc.ports.jobs import JobContext

__all__ = ["organise_job", "think_job"]

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


def organise_job(context: Context, run: JobContext) -> Mapping[str, Json]:
    """Compare new thoughts with the others, as far as the policy wants; the second time nothing changes."""
    scope = Scope(run.job.tenant, run.job.namespace)
    with context.storage.reader(scope) as reader:
        policy = policy_of(reader).thoughts
        notes = [note.id for note in reader.notes(_notes_of(run))]
    conduct = Conduct(_ACTOR, may_degrade=run.job.attempts >= _MODEL_ATTEMPTS)
    closed = merged = 0
    degraded = False
    for start in range(0, len(notes), MOST_FOCUSED):
        run.check()
        batch = notes[start : start + MOST_FOCUSED]
        if policy.forget:
            forgotten = forget_thoughts(context, scope, conduct, notes=batch)
            closed, degraded = closed + len(forgotten.judgements), degraded or bool(forgotten.degraded)
        if policy.merge:
            joined = merge_thoughts(context, scope, conduct, notes=batch)
            merged, degraded = merged + len(joined.merges), degraded or bool(joined.degraded)
    return {"contradictions": closed, "merges": merged, "degraded": degraded}


def _notes_of(run: JobContext) -> list[NoteId]:
    notes = run.job.payload["notes"]
    assert isinstance(notes, list)
    return [NoteId(str(note)) for note in notes]
