"""Surgical rollback: the state that a replay of the namespace's log without some notes would have given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final, TypeVar

from memsvc.domain.guarding import AuditEvent
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json
from memsvc.domain.receipts import Actor
from memsvc.domain.rollbacks import RolledBack
from memsvc.domain.scope import Scope
from memsvc.errors import NotFound, StorageBusy
from memsvc.memory.attempts import Outdated
from memsvc.memory.checks import check_reason
from memsvc.memory.context import Context
from memsvc.memory.guarding.lineage import named_roots
from memsvc.memory.guarding.rollback_step import roll_back_step
from memsvc.memory.guarding.undoing import Run, was_rolled_back
from memsvc.memory.guarding.vectors_at_hand import VectorsAtHand, VectorsMissing
from memsvc.memory.jobs import queue_index_save
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.policy import policy_of
from memsvc.ports.storage import Reader, Writer

__all__ = ["rollback"]

_AT_ONCE: Final = 200
_ATTEMPTS: Final = 16
_T = TypeVar("_T")


class _Rehearsed(Exception):
    """Ends a dry run inside the writer's block, so that nothing of it stays."""


def rollback(
    context: Context,
    scope: Scope,
    *,
    note: NoteId | None = None,
    principal: str | None = None,
    dry_run: bool,
    actor: Actor,
    reason: str,
) -> RolledBack:
    """Undo a note, or all that a principal has stored, with everything that came of it; content stays as it is.

    Each 200 notes are one transaction, after which the namespace is as if these had never been told: what is
    interrupted goes on when it is called again, and what was rolled back already stays so. A dry run does the same
    and takes it back, for which it waits for other writers and holds them up. Rules do what a model had done, and
    `degraded` says so. Raises InvalidInput, StorageBusy when others keep writing, and NotFound, also when all was
    purged meanwhile.
    """
    check_reason(reason)
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        found = [each.id for each in named_roots(reader, note=note, principal=principal)]
        already, left = _apart(reader, found)
    steps = [left[start : start + _AT_ONCE] for start in range(0, len(left), _AT_ONCE)]
    work = _Work(context, scope, actor, reason, VectorsAtHand(context))
    done = work.rehearsed(steps) if dry_run and steps else work.written(steps)
    result = reduce(_plus, done, RolledBack(dry_run, already, already))
    if not result.roots:
        raise NotFound("what was to be rolled back was purged meanwhile; nothing is left of it")
    still = set(result.roots)
    return replace(result, roots=tuple(each for each in found if each in still))


def _apart(
    reader: Reader, roots: Sequence[NoteId], *, own: Collection[NoteId] = ()
) -> tuple[tuple[NoteId, ...], list[NoteId]]:
    """Return which of the roots that are there were rolled back before, and which are left to do, by row.

    `own` are those that this rollback itself has hidden with others.
    """
    found = sorted(reader.notes(roots), key=lambda note: note.row)
    already = [each.id for each in found if each.id not in own and was_rolled_back(each, reader.history(each.id))]
    before = set(already)
    return tuple(already), [each.id for each in found if each.id not in before]


@dataclass(frozen=True, slots=True)
class _Work:
    """A rollback at work, with the vectors that it has needed so far."""

    context: Context
    scope: Scope
    actor: Actor
    reason: str
    vectors: VectorsAtHand

    def written(self, steps: Sequence[Sequence[NoteId]]) -> list[RolledBack]:
        """Do each step in a transaction of its own."""
        done: list[RolledBack] = []
        for step in steps:

            def attempt(step: Sequence[NoteId] = step) -> RolledBack:
                with self.context.storage.writer(self.scope) as writer:
                    return self._step(writer, step, done)

            done.append(self._until_embedded(attempt))
        return done

    def rehearsed(self, steps: Sequence[Sequence[NoteId]]) -> list[RolledBack]:
        """Do all steps in one transaction that is taken back."""

        def attempt() -> list[RolledBack]:
            done: list[RolledBack] = []
            try:
                with self.context.storage.writer(self.scope) as writer:
                    for step in steps:
                        done.append(_as_planned(self._step(writer, step, done)))
                    raise _Rehearsed
            except _Rehearsed:
                return done

        return self._until_embedded(attempt)

    def _step(self, writer: Writer, roots: Sequence[NoteId], before: Sequence[RolledBack]) -> RolledBack:
        """Do a step after those `before` it, but for roots that others have rolled back or purged by now."""
        context, now = self.context, self.context.clock()
        existing_namespace(writer)
        state = writer.open_namespace(context.embedder.model, now)
        run = Run(context, writer, self.vectors, policy_of(writer), self.actor.name, self.reason, now)
        already, left = _apart(writer, roots, own={each for step in before for each in step.quarantined})
        if not left:
            return RolledBack(dry_run=False, roots=already, already=already)
        done = roll_back_step(run, left)
        only = left[0] if len(left) == 1 else None
        detail = _detail(done, self.reason)
        writer.guard.append(AuditEvent.ROLLED_BACK, note=only, detail=detail, at=now, actor=self.actor.name)
        changes = len(done.quarantined) + len(done.restored) + len(done.reopened) + len(done.reverted)
        every = context.save_rows
        queue_index_save(writer, sequence=state.last_sequence, changes=changes, every=every, now=now)
        return replace(done, roots=(*already, *done.roots), already=already)

    def _until_embedded(self, attempt: Callable[[], _T]) -> _T:
        """Repeat the attempt with the vectors that it turns out to need; raises StorageBusy."""
        for _ in range(_ATTEMPTS):
            try:
                return attempt()
            except VectorsMissing as missing:
                self.vectors.fetch(missing.texts)
            except Outdated:
                continue
        raise StorageBusy("others keep changing what this rollback writes to; send it again", retry_after=1)


def _as_planned(done: RolledBack) -> RolledBack:
    """Return what a dry run says: notes that would be new have no id yet."""
    merges = tuple(replace(merge, note=None) for merge in done.remerged)
    return replace(done, dry_run=True, remerged=merges)


def _plus(first: RolledBack, second: RolledBack) -> RolledBack:
    return replace(
        first,
        roots=first.roots + second.roots,
        already=first.already + second.already,
        quarantined=first.quarantined + second.quarantined,
        restored=first.restored + second.restored,
        reopened=first.reopened + second.reopened,
        closed=first.closed + second.closed,
        reverted=tuple(dict.fromkeys(first.reverted + second.reverted)),
        remerged=first.remerged + second.remerged,
        retold=first.retold + second.retold,
        limited=first.limited + second.limited,
        links_removed=first.links_removed + second.links_removed,
        degraded=tuple(dict.fromkeys(first.degraded + second.degraded)),
    )


def _detail(done: RolledBack, reason: str) -> dict[str, Json]:
    return {
        "reason": reason,
        "roots": list(done.roots),
        "quarantined": list(done.quarantined),
        "limited": list(done.limited),
        "restored": len(done.restored),
        "reopened": len(done.reopened),
        "closed": len(done.closed),
        "reverted": len(done.reverted),
        "remerged": len(done.remerged),
        "retold": len(done.retold),
        "links_removed": done.links_removed,
    }
