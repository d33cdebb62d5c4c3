"""Thoughts that a purge takes although other notes said the same: those notes are thought about again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.policies import Policy
from memsvc.memory.derived_work import queue_derived_work
from memsvc.memory.policy import policy_of
from memsvc.ports.storage import Writer

__all__ = ["queue_rethinking"]


def queue_rethinking(
    writer: Writer, thoughts: Sequence[NoteId], *, gone: Collection[NoteId], now: datetime
) -> None:
    """Queue the other sources of thoughts that are about to be purged, if the policy wants thoughts."""
    if not thoughts:
        return
    sources = dict.fromkeys(
        each.source for each in writer.derivations.sources(thoughts) if each.role is Role.THOUGHT
    )
    left = writer.notes([source for source in sources if source not in gone])
    queue_derived_work(writer, Policy(thoughts=policy_of(writer).thoughts), left, now=now)
