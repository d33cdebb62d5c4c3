"""What rests on notes that are rolled back is hidden, limited or weakened; all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Role
from memsvc.domain.guarding import Decision, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.policies import Policy
from memsvc.domain.revising import StatusChange
from memsvc.memory.context import Context
from memsvc.memory.guarding.vectors_at_hand import VectorsAtHand
from memsvc.ports.storage import Writer

__all__ = ["Run", "hide", "limit", "was_rolled_back", "weaken"]

_DECIDED = frozenset({Operation.ROLLED_BACK, Operation.RELEASED, Operation.RESTORED, Operation.REJECTED})


@dataclass(frozen=True, slots=True)
class Run:
    """One step of a rollback: who does it and why, in which transaction, by which policy."""

    context: Context
    writer: Writer
    vectors: VectorsAtHand
    policy: Policy
    actor: str
    reason: str
    now: datetime

    def change(
        self,
        note: NoteId,
        status: Status,
        reason: str,
        *,
        valid_to: datetime | None = None,
        superseded_by: NoteId | None = None,
    ) -> Note:
        """Bring a note to a status as part of the rollback."""
        operation = Operation.ROLLED_BACK
        return self.writer.change_status(
            StatusChange(note, operation, status, self.now, self.actor, reason, None, valid_to, superseded_by)
        )


def was_rolled_back(note: Note, history: Sequence[Change]) -> bool:
    """Return whether a rollback has hidden the note, and nothing was decided about it since."""
    last = next((change for change in reversed(history) if change.operation in _DECIDED), None)
    return note.status is Status.QUARANTINED and last is not None and last.operation is Operation.ROLLED_BACK


def hide(run: Run, notes: Iterable[Note]) -> tuple[NoteId, ...]:
    """Quarantine the notes as rejected, so that nobody releases them by mistake, and return them.

    What a rollback has hidden before stays as it is.
    """
    hidden = []
    for note in notes:
        if was_rolled_back(note, run.writer.history(note.id)):
            continue
        run.change(note.id, Status.QUARANTINED, f"rolled back: {run.reason}")
        run.writer.guard.withdraw_review(note.id)
        review = Review(Decision.REJECTED, run.now, run.actor, f"rolled back: {run.reason}")
        run.writer.guard.put_review(note.id, review)
        hidden.append(note.id)
    return tuple(hidden)


def limit(run: Run, informed: Collection[NoteId]) -> tuple[NoteId, ...]:
    """Let the active ones of these notes be evidence only, and return them.

    Whoever released one of them did not know of the poison: it is to be reviewed anew.
    """
    active = [note for note in run.writer.notes(sorted(informed)) if note.status is Status.ACTIVE]
    for note in active:
        run.change(note.id, Status.LIMITED, "written by somebody who had read what was rolled back")
        run.writer.guard.withdraw_review(note.id)
    return tuple(note.id for note in active)


def weaken(run: Run, fallen: Collection[NoteId]) -> None:
    """Take back that fallen notes told thoughts again, and the admission of those that were not told enough."""
    retention = run.policy.retention
    if not retention.counts:
        return
    products = run.writer.derivations.products(sorted(fallen))
    told = Counter(each.note for each in products if each.role is Role.THOUGHT and each.note not in fallen)
    run.writer.strengths.unsighted(told)
    seen = {each.note: each.sightings for each in run.writer.strengths.of(sorted(told))}
    for note in run.writer.notes(sorted(told)):
        needed = retention.admit_after.get(note.kind, 1)
        if note.status is Status.ACTIVE and seen[note.id] < needed and _was_admitted(run.writer, note.id):
            run.change(note.id, Status.PENDING, f"seen {seen[note.id]} times without what was rolled back")


def _was_admitted(writer: Writer, note: NoteId) -> bool:
    patches = [change.patch.get("status") for change in writer.history(note)]
    return any(isinstance(patch, Mapping) and patch["old"] == Status.PENDING.value for patch in patches)
