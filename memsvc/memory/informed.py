"""The notes that somebody had read when he wrote: nothing that he writes is trusted more than they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Note, Origin, Status
from memsvc.errors import NotFound
from memsvc.guard.origin import least_trusted
from memsvc.ports.storage import Reader

__all__ = ["UNINFORMED", "Informed", "informed_by"]


@dataclass(frozen=True, slots=True)
class Informed:
    """The notes by id, each once; with `made_from` the new note is made of them, else they had only been read."""

    notes: tuple[Note, ...] = ()
    made_from: bool = False

    @property
    def ids(self) -> tuple[NoteId, ...]:
        return tuple(note.id for note in self.notes)

    def origin(self, own: Origin) -> Origin:
        """Return the least trusted of an origin and those of the notes."""
        return least_trusted([own, *(note.origin for note in self.notes)])

    def trust(self, origin: Origin) -> float:
        """Return the trust of a note of an origin: the minimum over it and the notes."""
        return min([TRUST_OF_ORIGIN[origin], *(note.trust for note in self.notes)])

    @property
    def status(self) -> Status:
        """Return the status that a new note begins with at best.

        What is made of a quarantined note is as hidden as that; who had only read one is heard, as evidence.
        """
        known = {note.status for note in self.notes}
        if Status.QUARANTINED in known and self.made_from:
            return Status.QUARANTINED
        return Status.LIMITED if known & {Status.QUARANTINED, Status.LIMITED} else Status.ACTIVE

    def holds(self, reader: Reader) -> bool:
        """Return whether the notes are still there, and as visible as they were."""
        now = {note.id: note.status for note in reader.notes(self.ids)} if self.notes else {}
        return now == {note.id: note.status for note in self.notes}


UNINFORMED = Informed()


def informed_by(reader: Reader, named: Sequence[NoteId], pointer: str, *, made_from: bool) -> Informed:
    """Return the notes named, by which `pointer` says where; raises NotFound for one that is not there."""
    if not named:
        return UNINFORMED
    wanted = list(dict.fromkeys(named))
    found = reader.notes(wanted)
    if len(found) < len(wanted):
        known = {note.id for note in found}
        missing = next(place for place, note in enumerate(named) if note not in known)
        raise NotFound(f"{pointer}/{missing}: there is no note {named[missing]} in this namespace")
    return Informed(tuple(found), made_from)
