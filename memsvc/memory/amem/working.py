"""The job that constructs new notes one after another, each in a transaction of its own.

A note that this job has constructed is not constructed again, so that a run that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import CONSOLIDATE, NewJob, Priority
from memsvc.domain.notes import Json
from memsvc.domain.policies import Policy, Work
from memsvc.domain.scope import Scope
from memsvc.errors import LlmBadReply, MemsvcError
from memsvc.memory.amem.constructing import Constructed, Seen, construct, fall_back, see
from memsvc.memory.amem.storing import Author, Stored
from memsvc.memory.context import Context
from memsvc.memory.policy import policy_of
from memsvc.ports.jobs import JobContext
from memsvc.ports.llm import ChatModel
from memsvc.ports.storage import Writer

__all__ = ["ANALYSIS", "EVOLUTION", "FALLBACK", "OPERATION", "amem_notes"]

OPERATION: Final = "amem"
ANALYSIS: Final = "amem analysis"
FALLBACK: Final = "amem fallback"
EVOLUTION: Final = "amem evolution"


def amem_notes(context: Context, scope: Scope, notes: Sequence[NoteId], run: JobContext) -> Mapping[str, Json]:
    """Construct the notes in their order by the policy in force, and end the job with the last of them.

    Raises what the model raised, after all notes got their attributes by rules at least, so that the job is tried
    again; and EmbedderUnavailable, EmbedderMismatch, StorageBusy.
    """
    with context.storage.reader(scope) as reader:
        policy = policy_of(reader)
    model = context.llm(scope, OPERATION) if context.llm is not None and policy.amem.work is Work.LLM else None
    batch = _Batch(context, scope, policy, model)
    if policy.amem.work is not Work.OFF:
        for place, note in enumerate(notes):
            run.progress(place, len(notes))
            batch.construct(note, ends=run if place == len(notes) - 1 else None)
    if batch.failure is not None:
        raise batch.failure
    return batch.result()


@dataclass(slots=True)
class _Batch:
    """What a run of the job has come to; `failure` is the model's first one."""

    context: Context
    scope: Scope
    policy: Policy
    model: ChatModel | None
    notes: int = 0
    changed: int = 0
    links: int = 0
    failure: MemsvcError | None = None

    def construct(self, note: NoteId, *, ends: JobContext | None) -> None:
        """Construct a note unless that was done, and end the job with it if it is the last."""
        with self.context.storage.reader(self.scope) as reader:
            seen = see(reader, note)
            if seen is None or any(
                change.operation is Operation.EVOLVED and change.actor == ANALYSIS
                for change in reader.history(note)
            ):
                return
        self._add(self._constructed(seen, ends))

    def result(self, *, more: Stored | None = None) -> Mapping[str, Json]:
        degraded = self.policy.amem.work is Work.LLM and self.model is None
        last = more or Stored()
        return {
            "notes": self.notes + (more is not None),
            "changed": self.changed + len(last.changed),
            "links": self.links + last.links,
            "degraded": degraded,
        }

    def _constructed(self, seen: Seen, ends: JobContext | None) -> Constructed:
        author = Author(ANALYSIS, FALLBACK, EVOLUTION, self.policy.amem.evolutions_per_day)
        # A model that does not answer is not asked for each of the other notes as well.
        if self.failure is not None and not isinstance(self.failure, LlmBadReply):
            return fall_back(self.context, self.scope, seen, self.failure, author=author)

        def finish(writer: Writer, stored: Stored) -> None:
            now = self.context.clock()
            self._queue_consolidation(writer, len(stored.changed))
            if ends is not None and self.failure is None:
                writer.finish_job(ends.lease, at=now, result=self.result(more=stored))

        return construct(
            self.context, self.scope, seen, policy=self.policy, model=self.model, author=author, finish=finish
        )

    def _queue_consolidation(self, writer: Writer, changes: int) -> None:
        """Have everything topped up each time the policy's number of changes has come."""
        every, state = self.policy.amem.consolidate_every, writer.state
        if state is not None and (state.last_sequence - changes) // every != state.last_sequence // every:
            job = NewJob(CONSOLIDATE, dedupe=CONSOLIDATE, priority=Priority.LOW)
            writer.enqueue(job, at=self.context.clock())

    def _add(self, found: Constructed) -> None:
        self.notes += 1
        self.changed += len(found.stored.changed)
        self.links += found.stored.links
        self.failure = self.failure or found.failure
