"""The sweep: what the policy of a namespace does with notes that are too old, or too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import HOLDING
from memsvc.domain.strengths import Holding
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.context import Context
from memsvc.memory.derived_work import queue_derived_work
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.policy import policy_of
from memsvc.memory.retention_plan import Action, Planned, plan
from memsvc.ports.storage import Reader, Writer

__all__ = ["SweepResult", "sweep"]

_PAGE = 1000
_AT_ONCE = 200
_MOST = 10_000
_REMOVALS = frozenset({Operation.FORGOTTEN, Operation.SUPERSEDED, Operation.MERGED, Operation.PURGED})


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What was done, or on a dry run would be, in order; `more` says that another sweep finds more to do."""

    planned: tuple[Planned, ...] = ()
    more: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Base:
    """What a plan was made from: the version of the policy, and the last change of the namespace."""

    policy: int
    sequence: int

    @classmethod
    def of(cls, reader: Reader) -> _Base:
        current = reader.policies.current()
        return cls(current.version if current else 0, reader.state.last_sequence if reader.state else 0)


def sweep(context: Context, scope: Scope, *, actor: Actor, dry_run: bool) -> SweepResult:
    """Forget and admit what the policy says, the first 10,000 notes of it; on a dry run say only which.

    Each 200 notes are one transaction. When notes go meanwhile in other ways, less may be over a cap: then what
    is left is planned anew. What is forgotten has the reason in its history, and can be restored. Raises
    NotFound, and StorageBusy when others keep changing the namespace.
    """
    done: list[Planned] = []

    def attempt() -> SweepResult:
        now = context.clock()
        with context.storage.reader(scope) as reader:
            existing_namespace(reader)
            wanted = _planned(reader, now)
            base = _Base.of(reader)
        chosen = wanted[: _MOST - len(done)]
        result = SweepResult((*done, *chosen), len(wanted) > len(chosen), dry_run)
        if dry_run:
            return result
        for start in range(0, len(chosen), _AT_ONCE):
            with context.storage.writer(scope) as writer:
                page = chosen[start : start + _AT_ONCE]
                applied = _apply(writer, page, base, now=now, actor=actor.name)
                base = _Base.of(writer)
            done.extend(applied)
        return SweepResult(tuple(done), result.more)

    return until_current(attempt)


def _planned(reader: Reader, now: datetime) -> list[Planned]:
    def restored_at(note: NoteId) -> datetime | None:
        times = [change.at for change in reader.history(note) if change.operation is Operation.RESTORED]
        return times[-1] if times else None

    return plan(_holdings(reader), policy_of(reader).retention, now=now, restored_at=restored_at)


def _holdings(reader: Reader) -> Iterator[Holding]:
    after = 0
    while page := reader.strengths.holdings(after_row=after, limit=_PAGE):
        yield from page
        after = page[-1].strength.row


def _apply(writer: Writer, page: Sequence[Planned], base: _Base, *, now: datetime, actor: str) -> list[Planned]:
    """Do what still applies, and return it; raises Outdated when the policy or a cap may want less by now."""
    if _Base.of(writer).policy != base.policy:
        raise Outdated
    if any(planned.capped for planned in page) and _went(writer, base.sequence):
        raise Outdated
    status = {note.id: note.status for note in writer.notes([planned.note for planned in page])}
    applied = [planned for planned in page if _applies(planned, status.get(planned.note))]
    admitted = []
    for planned in applied:
        forgets = planned.action is Action.FORGET
        change = StatusChange(
            note=planned.note,
            operation=Operation.FORGOTTEN if forgets else Operation.UPDATED,
            status=Status.FORGOTTEN if forgets else Status.ACTIVE,
            at=now,
            actor=actor,
            reason=planned.reason,
        )
        after = writer.change_status(change)
        if not forgets:
            admitted.append(after)
    queue_derived_work(writer, policy_of(writer), admitted, now=now)
    return applied


def _applies(planned: Planned, status: Status | None) -> bool:
    return status in HOLDING if planned.action is Action.FORGET else status is Status.PENDING


def _went(writer: Writer, since: int) -> bool:
    while changes := writer.changes(after_sequence=since, limit=_PAGE):
        if any(change.operation in _REMOVALS for change in changes):
            return True
        since = changes[-1].sequence
    return False
