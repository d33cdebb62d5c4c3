"""What rolled back notes had hidden returns: what they had replaced, joined, or had hidden with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from memsvc.domain.changes import Change, Operation
from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType
from memsvc.domain.notes import Note, Status
from memsvc.domain.revising import last_standing
from memsvc.domain.selection import VISIBLE
from memsvc.errors import Conflict
from memsvc.memory.guarding.hiding import freed_with
from memsvc.memory.guarding.undoing import Run

__all__ = ["Reopened", "Returned", "free", "reopen", "separate"]

# How the journal's reason of a supersession begins where rules or a model found a contradiction.
_CONTRADICTED = "contradicted"
_TAKEN_IN = VISIBLE | {Status.SUPERSEDED}
_REPLACED = frozenset({Operation.SUPERSEDED, Operation.MERGED})


@dataclass(frozen=True, slots=True)
class Returned:
    """The note that is current again, or the one that says the same in its stead, and what is to be reopened.

    That is what a note had contradicted that says the same.
    """

    note: NoteId
    freed: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Reopened:
    """Notes that are current again: those that had been replaced, and those that had been contradicted."""

    superseded: tuple[NoteId, ...]
    contradicted: tuple[NoteId, ...]

    def plus(self, more: Reopened) -> Reopened:
        return Reopened(self.superseded + more.superseded, self.contradicted + more.contradicted)


def free(run: Run, roots: Sequence[NoteId], fallen: Collection[NoteId]) -> tuple[NoteId, ...]:
    """Make notes current again that the guard had hidden only because they say the same as a root."""
    found = dict.fromkeys(note for root in roots for note in freed_with(run.writer, root) if note not in fallen)
    back = [
        _return(run, note, last_standing(run.writer.history(note.id)), "it repeated")
        for note in run.writer.notes(list(found))
    ]
    return tuple(dict.fromkeys(each.note for each in back))


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
        back = _return(run, note, last_standing(history), "superseded it")
        waiting += back.freed
        (contradicted if _was_contradicted(history) else superseded).append(back.note)
    return Reopened(tuple(dict.fromkeys(superseded)), tuple(dict.fromkeys(contradicted)))


def separate(run: Run, note: Note, fallen: Mapping[NoteId, Note]) -> Returned:
    """Make a note current again that was merged into a fallen one; `fallen` are as they were before.

    Where that was itself forgotten or superseded, the note becomes this instead.
    """
    joined = _outermost(note, fallen)
    if joined.status is Status.FORGOTTEN:
        run.change(note.id, Status.FORGOTTEN, "what it was merged into had been forgotten")
        return Returned(note.id)
    by = joined.superseded_by if joined.status is Status.SUPERSEDED else None
    if by is None or by in fallen or _was_contradicted(run.writer.history(joined.id)):
        return _return(run, note, last_standing(run.writer.history(note.id)), "it was merged into")
    reason = "what it was merged into had been superseded"
    run.change(note.id, Status.SUPERSEDED, reason, valid_to=joined.valid_to, superseded_by=by)
    return Returned(note.id)


def _outermost(note: Note, fallen: Mapping[NoteId, Note]) -> Note:
    """Return the fallen note that the note was merged into in the end, as it was before the rollback."""
    while note.status is Status.MERGED and note.superseded_by is not None and note.superseded_by in fallen:
        note = fallen[note.superseded_by]
    return note


def _return(run: Run, note: Note, status: Status, what: str) -> Returned:
    """Make a note current; of it and another one that says the same, the later is merged into the earlier."""
    reason = f"the note that {what} was rolled back"
    freed: list[Note] = []
    try:
        run.change(note.id, status, reason)
    except Conflict:
        (record,) = run.writer.records(after_row=note.row - 1, limit=1)
        (twin,) = run.writer.notes(list(run.writer.duplicates([record.dedupe or ""]).values()))
        if twin.row < note.row:
            # It had only been told anew because the earlier one was hidden, as it would not have been.
            return Returned(twin.id, tuple(_take_in(run, twin, note._replace(valid_to=None))))
        freed = _take_in(run, note, twin)
        run.change(note.id, status, reason)
    return Returned(note.id, tuple(freed))


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
