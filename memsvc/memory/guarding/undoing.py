"""What rests on notes that are rolled back is hidden, and what they had hidden returns; all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Role
from memsvc.domain.guarding import Decision, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType
from memsvc.domain.notes import Note, Status
from memsvc.domain.policies import Policy
from memsvc.domain.revising import StatusChange, last_standing
from memsvc.domain.selection import VISIBLE
from memsvc.errors import Conflict
from memsvc.memory.context import Context
from memsvc.memory.guarding.hiding import freed_with
from memsvc.memory.guarding.vectors_at_hand import VectorsAtHand
from memsvc.ports.storage import Writer

__all__ = ["Reopened", "Run", "free", "hide", "limit", "reopen", "separate", "was_rolled_back", "weaken"]

# How the journal's reason of a supersession begins where rules or a model found a contradiction.
_CONTRADICTED = "contradicted"
_TAKEN_IN = VISIBLE | {Status.SUPERSEDED}
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
class Reopened:
    """Notes that are current again: those that had been replaced, and those that had been contradicted."""

    superseded: tuple[NoteId, ...]
    contradicted: tuple[NoteId, ...]

    def plus(self, more: Reopened) -> Reopened:
        return Reopened(self.superseded + more.superseded, self.contradicted + more.contradicted)


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


def free(run: Run, roots: Sequence[NoteId], fallen: Collection[NoteId]) -> tuple[NoteId, ...]:
    """Make notes current again that the guard had hidden only because they say the same as a root."""
    found = dict.fromkeys(note for root in roots for note in freed_with(run.writer, root) if note not in fallen)
    for note in run.writer.notes(list(found)):
        _return(run, note, last_standing(run.writer.history(note.id)), "it repeated")
    return tuple(found)


def reopen(run: Run, replaced: Sequence[Note], fallen: Mapping[NoteId, Note], links: Sequence[Link]) -> Reopened:
    """Make the notes current again that fallen ones had superseded; `links` are those that the fallen ones had.

    What said the same again while such a note was closed, against what has fallen, is told by the note itself.
    """
    superseded: list[NoteId] = []
    contradicted: list[NoteId] = []
    opposing = _opposing(run, fallen, links)
    left = [note for note in replaced if note.id not in fallen]
    for note in left:
        if note.status is Status.FORGOTTEN:
            run.change(note.id, Status.FORGOTTEN, "the note that had replaced it was rolled back")
    waiting = [note for note in left if note.status is Status.SUPERSEDED]
    while waiting:
        note = waiting.pop(0)
        history = run.writer.history(note.id)
        for twin in opposing:
            if twin.row > note.row and _said(twin) == _said(note):
                waiting += _take_in(run, note, twin)
        waiting += _return(run, note, last_standing(history), "superseded it")
        (contradicted if _was_contradicted(history) else superseded).append(note.id)
    return Reopened(tuple(superseded), tuple(contradicted))


def separate(run: Run, note: Note, fallen: Mapping[NoteId, Note]) -> list[Note]:
    """Make a note current again that was merged into a fallen one; `fallen` are as they were before.

    Where that was itself forgotten or superseded, the note becomes this instead. Return the notes that are to be
    reopened, because what had contradicted them is now told by this note.
    """
    joined = _outermost(note, fallen)
    if joined.status is Status.FORGOTTEN:
        run.change(note.id, Status.FORGOTTEN, "what it was merged into had been forgotten")
        return []
    by = joined.superseded_by if joined.status is Status.SUPERSEDED else None
    if by is None or by in fallen or _was_contradicted(run.writer.history(joined.id)):
        return _return(run, note, last_standing(run.writer.history(note.id)), "it was merged into")
    reason = "what it was merged into had been superseded"
    run.change(note.id, Status.SUPERSEDED, reason, valid_to=joined.valid_to, superseded_by=by)
    return []


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


def _outermost(note: Note, fallen: Mapping[NoteId, Note]) -> Note:
    """Return the fallen note that the note was merged into in the end, as it was before the rollback."""
    while note.status is Status.MERGED and note.superseded_by is not None and note.superseded_by in fallen:
        note = fallen[note.superseded_by]
    return note


def _return(run: Run, note: Note, status: Status, what: str) -> list[Note]:
    """Make a note current; another that says the same, and was stored meanwhile, is merged into it.

    Return what is to be reopened for that.
    """
    reason = f"the note that {what} was rolled back"
    freed: list[Note] = []
    try:
        run.change(note.id, status, reason)
    except Conflict:
        (record,) = run.writer.records(after_row=note.row - 1, limit=1)
        (twin,) = run.writer.notes(list(run.writer.duplicates([record.dedupe or ""]).values()))
        freed = _take_in(run, note, twin)
        run.change(note.id, status, reason)
    return freed


def _take_in(run: Run, note: Note, twin: Note) -> list[Note]:
    """Let a note stand for another one that says the same, and be told by what tells that one.

    Return the notes that the other one had contradicted.
    """
    valid_to = twin.valid_to or twin.event_time
    run.change(twin.id, Status.MERGED, "an earlier note says the same", valid_to=valid_to, superseded_by=note.id)
    tellers = [each for each in run.writer.derivations.sources([twin.id]) if each.role is Role.THOUGHT]
    run.writer.derivations.add([replace(each, note=note.id) for each in tellers])
    closed = [each for each in run.writer.replaced_by([twin.id]) if each.status is Status.SUPERSEDED]
    return [each for each in closed if each.id != note.id and _was_contradicted(run.writer.history(each.id))]


def _opposing(run: Run, fallen: Mapping[NoteId, Note], links: Sequence[Link]) -> list[Note]:
    """Return the notes that stay and have superseded a fallen one, or are in conflict with one."""
    named = {note.superseded_by for note in fallen.values() if note.superseded_by is not None}
    named |= {end for link in links if link.type is LinkType.CONFLICT for end in (link.note, link.other)}
    found = run.writer.notes(sorted(named - fallen.keys()))
    return [note for note in found if note.status in _TAKEN_IN]


def _said(note: Note) -> tuple[object, ...]:
    return note.kind, note.content_hash, note.origin, note.trust


def _was_contradicted(history: Sequence[Change]) -> bool:
    last = next((change for change in reversed(history) if change.operation in _REPLACED), None)
    reason = None if last is None else last.patch.get("reason")
    return isinstance(reason, Mapping) and str(reason["new"]).startswith(_CONTRADICTED)


def _was_admitted(writer: Writer, note: NoteId) -> bool:
    patches = [change.patch.get("status") for change in writer.history(note)]
    return any(isinstance(patch, Mapping) and patch["old"] == Status.PENDING.value for patch in patches)
