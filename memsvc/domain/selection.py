"""Which notes a read may see, apart from how well they match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.filters import Filter, matches
from memsvc.domain.ids import SessionId
from memsvc.domain.notes import Kind, Note, Status

__all__ = ["HOLDING", "VISIBLE", "Selection", "selects"]

VISIBLE = frozenset({Status.ACTIVE, Status.LIMITED})
# Notes that keep others with the same content out: a pending one is not recalled yet, but counts what is told.
HOLDING = VISIBLE | {Status.PENDING}


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that are joined by AND; None means unrestricted.

    `event_from` is inclusive, `event_to` exclusive. `as_of` (event axis) keeps notes that had happened and
    were valid then. `known_at` (ingest axis) keeps what was current then: superseded notes come back and
    later ones vanish. Forgotten and quarantined notes are never selected by a time, only by `statuses`.
    """

    statuses: frozenset[Status] = VISIBLE
    kinds: frozenset[Kind] | None = None
    sessions: frozenset[SessionId] | None = None
    event_from: datetime | None = None
    event_to: datetime | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    condition: Filter | None = None

    @property
    def only_visible(self) -> bool:
        """Return whether no note is selected that a default selection leaves out."""
        return self.statuses <= VISIBLE and self.as_of is None and self.known_at is None

    @property
    def is_default(self) -> bool:
        """Return whether every visible note is selected."""
        return self == Selection()


def selects(selection: Selection, note: Note) -> bool:
    """Return whether the note is selected: the reference for every store's own evaluation."""
    return (
        _current(selection, note)
        and (selection.kinds is None or note.kind in selection.kinds)
        and (selection.sessions is None or note.session in selection.sessions)
        and (selection.event_from is None or note.event_time >= selection.event_from)
        and (selection.event_to is None or note.event_time < selection.event_to)
        and (selection.condition is None or matches(selection.condition, note))
    )


def _current(selection: Selection, note: Note) -> bool:
    statuses = selection.statuses
    if selection.as_of is not None or selection.known_at is not None:
        statuses = statuses | {Status.SUPERSEDED, Status.MERGED}
    if note.status not in statuses:
        return False
    if selection.known_at is not None:
        if note.ingest_time > selection.known_at:
            return False
        if note.expired_at is not None and note.expired_at <= selection.known_at:
            return False
    elif note.status in (Status.SUPERSEDED, Status.MERGED) and selection.as_of is None:
        return note.status in selection.statuses
    if selection.as_of is not None:
        start = note.valid_from or note.event_time
        return start <= selection.as_of and (note.valid_to is None or note.valid_to > selection.as_of)
    return True
