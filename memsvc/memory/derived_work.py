"""Background work that the policy asks for when notes are stored, queued in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.jobs import AMEM_NOTE, LINK_NOTES, THINK, NewJob
from memsvc.domain.notes import Kind, Note, Status
from memsvc.domain.policies import Policy, Work
from memsvc.ports.storage import Writer

__all__ = ["queue_derived_work"]

_NOTES_PER_JOB = {LINK_NOTES: 100, AMEM_NOTE: 20, THINK: 100}


def queue_derived_work(
    writer: Writer, policy: Policy, created: Sequence[NoteDraft | Note], *, now: datetime
) -> None:
    """Queue what the policy asks for of new active notes, in their order, a batch of them a job.

    What is limited waits until the guard lets it in: nothing is derived from it before.

    Rule links and A-MEM leave out thoughts, and only rounds are thought about, so that nothing is derived from
    what was derived without end.
    """
    seen = [draft for draft in created if draft.status is Status.ACTIVE and draft.kind is not Kind.THOUGHT]
    if policy.links.entity or policy.links.semantic:
        _queue(writer, LINK_NOTES, seen, now)
    if policy.amem.work is not Work.OFF:
        _queue(writer, AMEM_NOTE, seen, now)
    if policy.thoughts.work is not Work.OFF:
        _queue(writer, THINK, [draft for draft in seen if draft.kind is Kind.ROUND], now)


def _queue(writer: Writer, kind: str, drafts: Sequence[NoteDraft | Note], now: datetime) -> None:
    size = _NOTES_PER_JOB[kind]
    for start in range(0, len(drafts), size):
        notes = [draft.id for draft in drafts[start : start + size]]
        writer.enqueue(NewJob(kind, dedupe=f"{kind}:{notes[0]}", payload={"notes": notes}), at=now)
