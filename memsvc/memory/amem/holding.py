"""Which changes of a plan still hold when they are to be stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Change, Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.links import NewLink
from memsvc.domain.notes import Note
from memsvc.domain.selection import VISIBLE
from memsvc.errors import StorageBusy
from memsvc.memory.amem.planning import Evolution, Plan, may_shape
from memsvc.ports.storage import Reader

__all__ = ["evolved_since", "held"]

_DAY = timedelta(days=1)
_COUNTED = frozenset({Operation.EVOLVED, Operation.REVERTED})


def held(reader: Reader, plan: Plan, *, now: datetime, per_day: int) -> Plan:
    """Return what of the plan still holds, at the versions that notes have now; nothing without its first change.

    A change is dropped when its note or a source is not visible any more, when the note has other attributes than
    were judged, and, but for the first, when the note may not be shaped or was changed `per_day` times in a day.
    Raises StorageBusy when the first is to be drawn again, without a source that has gone.
    """
    named = {each.note.id for each in plan.changes} | {id for each in plan.changes for id in each.sources}
    ends = {id for link in plan.links for id in (link.first, link.second)}
    notes = {note.id: note for note in reader.notes(sorted(named | ends)) if note.status in VISIBLE}
    attributes = reader.attributes.get_many(sorted(named))

    def current(change: Evolution) -> Evolution | None:
        note = notes.get(change.note.id)
        if note is None or not notes.keys() >= set(change.sources) or attributes.get(note.id) != change.before:
            return None
        return replace(change, note=note)

    own, *others = [current(change) for change in plan.changes]
    if own is None:
        _check_sources(plan.changes[0], notes, attributes)
        return Plan()
    kept = [
        change
        for change in others
        if change is not None
        and may_shape([notes[source] for source in change.sources], change.note)
        and evolved_since(reader.history(change.note.id), now - _DAY) < per_day
    ]
    return replace(plan, changes=(own, *kept), links=_between(plan.links, notes.keys()))


def _check_sources(own: Evolution, notes: Mapping[NoteId, Note], attributes: Mapping[NoteId, Attributes]) -> None:
    """Raise StorageBusy when nothing but a source that has gone speaks against a note's own attributes."""
    if own.note.id in notes and attributes.get(own.note.id) == own.before:
        raise StorageBusy("a note that this was drawn from has gone meanwhile; try again", retry_after=1)


def evolved_since(history: Sequence[Change], start: datetime) -> int:
    """Return how often a note's attributes were changed since, without their first construction."""
    changes = [change for change in history if change.operation in _COUNTED]
    return sum(change.at >= start for change in changes[1:])


def _between(links: Sequence[NewLink], notes: Collection[NoteId]) -> tuple[NewLink, ...]:
    return tuple(link for link in links if link.first in notes and link.second in notes)
