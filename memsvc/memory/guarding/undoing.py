"""What rests on notes that are rolled back is hidden, and what they had hidden returns; all in one transaction."""

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
from memsvc.domain.revising import StatusChange, last_standing
from memsvc.errors import Conflict
from memsvc.memory.context import Context
from memsvc.memory.guarding.vectors_at_hand import VectorsAtHand
from memsvc.ports.storage import Writer

__all__ = ["CONTRADICTED", "Returned", "Run", "bring_back", "hide", "limit", "was_rolled_back", "weaken"]

# How the journal's reason of a supersession begins where rules or a model found a contradiction.
CONTRADICTED = "contradicted"
_REPLACED = frozenset({Operation.SUPERSEDED, Operation.MERGED})
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


@dataclass(frozen=True, slots=True)
class Returned:
    """Notes that are back: those that had been merged, superseded as a whole, and closed as contradicted."""

    merged: tuple[NoteId, ...]
    superseded: tuple[NoteId, ...]
    contradicted: tuple[NoteId, ...]


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


def bring_back(run: Run, replaced: Sequence[Note], fallen: Mapping[NoteId, Note]) -> Returned:
    """Make the notes current again that fallen ones had replaced; `fallen` are as they were before.

    What was merged into a note that was itself forgotten or superseded becomes that instead.
    """
    merged: list[NoteId] = []
    superseded: list[NoteId] = []
    contradicted: list[NoteId] = []
    for note in replaced:
        if note.id in fallen or note.superseded_by is None:
            continue
        history = run.writer.history(note.id)
        if note.status is Status.MERGED:
            _return_merged(run, note, last_standing(history), fallen)
            merged.append(note.id)
        elif note.status is Status.SUPERSEDED and _return(run, note.id, last_standing(history), "superseded it"):
            (contradicted if _was_contradicted(history) else superseded).append(note.id)
    return Returned(tuple(merged), tuple(superseded), tuple(contradicted))


def limit(run: Run, informed: Collection[NoteId]) -> tuple[NoteId, ...]:
    """Let the active ones of these notes be evidence only, and return them."""
    active = [note for note in run.writer.notes(sorted(informed)) if note.status is Status.ACTIVE]
    for note in active:
        run.change(note.id, Status.LIMITED, "written by somebody who had read what was rolled back")
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


def _return_merged(run: Run, note: Note, before: Status, fallen: Mapping[NoteId, Note]) -> None:
    joined = _outermost(note, fallen)
    if joined.status is Status.FORGOTTEN:
        run.change(note.id, Status.FORGOTTEN, "what it was merged into had been forgotten")
    elif joined.status is Status.SUPERSEDED and joined.superseded_by not in fallen:
        if _was_contradicted(run.writer.history(joined.id)):
            _return(run, note.id, before, "it was merged into")
            return
        run.change(
            note.id,
            Status.SUPERSEDED,
            "what it was merged into had been superseded",
            valid_to=joined.valid_to,
            superseded_by=joined.superseded_by,
        )
    else:
        _return(run, note.id, before, "it was merged into")


def _outermost(note: Note, fallen: Mapping[NoteId, Note]) -> Note:
    """Return the fallen note that the note was merged into in the end, as it was before the rollback."""
    while note.status is Status.MERGED and note.superseded_by is not None and note.superseded_by in fallen:
        note = fallen[note.superseded_by]
    return note


def _return(run: Run, note: NoteId, status: Status, what: str) -> bool:
    """Make a note current; where another has its place by now, it is forgotten instead, and can be restored."""
    try:
        run.change(note, status, f"the note that {what} was rolled back")
    except Conflict:
        run.change(note, Status.FORGOTTEN, "another note says the same by now")
        return False
    return True


def _was_contradicted(history: Sequence[Change]) -> bool:
    last = next((change for change in reversed(history) if change.operation in _REPLACED), None)
    reason = None if last is None else last.patch.get("reason")
    return isinstance(reason, Mapping) and str(reason["new"]).startswith(CONTRADICTED)


def _was_admitted(writer: Writer, note: NoteId) -> bool:
    patches = [change.patch.get("status") for change in writer.history(note)]
    return any(isinstance(patch, Mapping) and patch["old"] == Status.PENDING.value for patch in patches)
