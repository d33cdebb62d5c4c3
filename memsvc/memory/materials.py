"""What notes are thought about with: each with the one before it in its session."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.notes import Note
from memsvc.memory.drafting import passage_of
from memsvc.ports.storage import Reader
from memsvc.ports.thinking import Material

__all__ = ["material_of", "notes_before"]


def notes_before(reader: Reader, notes: Sequence[Note]) -> list[Note | None]:
    """Return of each note the one before it in its session; None when there is none."""
    following = {
        (note.session, note.position + len(note.turns)): note for note in notes if note.position is not None
    }
    found = []
    for note in notes:
        before = following.get((note.session, note.position)) if note.position is not None else None
        if before is None and note.session is not None and note.position:
            before = next(iter(reader.around(note, count=1)[0]), None)
        found.append(before)
    return found


def material_of(note: Note, before: Note | None) -> Material:
    return Material(passage_of(note), None if before is None else passage_of(before))
