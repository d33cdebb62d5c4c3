"""What was derived from notes, in any number of steps, and what of it cannot stand without them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from memsvc.domain.derivations import CONTENT_ROLES, Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.rollbacks import Affected
from memsvc.errors import InvalidInput, NotFound
from memsvc.ports.storage import Reader

__all__ = ["affected_by", "fallen_with", "informed_by", "named_roots", "sources_by_note"]

_PAGE = 500


def named_roots(reader: Reader, *, note: NoteId | None, principal: str | None) -> list[Note]:
    """Return the note, or all that a principal stored, by row.

    Raises InvalidInput unless exactly one is named, and NotFound where nothing is left to roll back.
    """
    if (note is None) == (principal is None):
        raise InvalidInput("name either a note or a principal")
    if note is not None:
        found = reader.notes([note])
        if found:
            return found
        if reader.history(note):
            raise NotFound(f"note {note} was purged; nothing is left to roll back")
        raise NotFound(f"there is no note {note} in this namespace")
    stored: list[Note] = []
    while page := reader.guard.written_by(principal or "", after_row=stored[-1].row if stored else 0, limit=_PAGE):
        stored += page
    if not stored:
        raise NotFound("that principal has stored no note in this namespace")
    return stored


def affected_by(reader: Reader, roots: Sequence[NoteId]) -> tuple[Affected, ...]:
    """Return everything derived from the roots in any role, by depth and then by row."""
    depths: dict[NoteId, int] = dict.fromkeys(roots, 0)
    edges: dict[NoteId, list[Derivation]] = defaultdict(list)
    edge, depth = list(depths), 0
    while edge:
        depth += 1
        products = reader.derivations.products(edge)
        for each in products:
            edges[each.note].append(each)
        edge = [note for note in dict.fromkeys(each.note for each in products) if note not in depths]
        depths |= dict.fromkeys(edge, depth)
    notes = [note for note in reader.notes(list(edges)) if depths[note.id] > 0]
    return tuple(
        Affected(
            note=note.id,
            kind=note.kind,
            status=note.status,
            roles=tuple(sorted({each.role for each in edges[note.id]})),
            depth=depths[note.id],
            via=tuple(sorted({each.source for each in edges[note.id]})),
        )
        for note in sorted(notes, key=lambda note: (depths[note.id], note.row))
    )


def fallen_with(reader: Reader, roots: Collection[NoteId]) -> set[NoteId]:
    """Return the roots and what cannot stand without them: what quotes, joins, or is told only by what falls.

    A thought that a note which stays tells too falls as well when one that falls told it first, as it has that
    one's time and session; it can be told again of the note that stays.
    """
    fallen = set(roots)
    edge = list(fallen)
    while edge:
        reached = [each.note for each in reader.derivations.products(edge) if each.role in CONTENT_ROLES]
        waiting = [note for note in dict.fromkeys(reached) if note not in fallen]
        sources = sources_by_note(reader, waiting)
        named = set(waiting) | {each.source for found in sources.values() for each in found}
        notes = {note.id: note for note in reader.notes(sorted(named))}
        edge = [note for note in waiting if _falls(notes, notes[note], sources[note], fallen)]
        fallen |= set(edge)
    return fallen


def informed_by(reader: Reader, fallen: Collection[NoteId]) -> set[NoteId]:
    """Return what was written by somebody who had read what falls, and what rests only on that."""
    informed: set[NoteId] = set()
    edge = list(fallen)
    while edge:
        products = reader.derivations.products(edge)
        reached = {each.note for each in products if each.role is Role.INFORMED}
        told = {each.note for each in products if each.role in CONTENT_ROLES and each.source in informed}
        sources = sources_by_note(reader, sorted(told - reached))
        reached |= {note for note, found in sources.items() if _rests_on(found, {*informed, *fallen})}
        edge = sorted(reached - informed - set(fallen))
        informed |= set(edge)
    return informed


def sources_by_note(reader: Reader, notes: Sequence[NoteId]) -> Mapping[NoteId, list[Derivation]]:
    found: dict[NoteId, list[Derivation]] = {note: [] for note in notes}
    for each in reader.derivations.sources(notes):
        found[each.note].append(each)
    return found


def _falls(
    notes: Mapping[NoteId, Note], note: Note, sources: Sequence[Derivation], fallen: Collection[NoteId]
) -> bool:
    gone = {each.id for each in notes.values() if each.status is Status.QUARANTINED}.union(fallen)
    if _rests_on(sources, gone):
        return True
    tellers = [notes[each.source] for each in sources if each.role is Role.THOUGHT and each.source in notes]
    first = [teller.id in gone for teller in tellers if _told_first(teller, note)]
    return bool(first) and all(first)


def _rests_on(sources: Iterable[Derivation], fallen: Collection[NoteId]) -> bool:
    """Return whether one that falls is quoted or joined, or no other tells it."""
    content = [each for each in sources if each.role in CONTENT_ROLES]
    if any(each.source in fallen for each in content if each.role is not Role.THOUGHT):
        return True
    tellers = [each.source for each in content if each.role is Role.THOUGHT]
    return bool(tellers) and all(source in fallen for source in tellers)


def _told_first(teller: Note, thought: Note) -> bool:
    """Return whether the thought was made of this note, whose time and session it then has."""
    return (teller.event_time, teller.session) == (thought.event_time, thought.session)
