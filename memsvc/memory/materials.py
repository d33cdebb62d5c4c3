"""What notes are thought about with: each with the one before it in its session."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.notes import Note
from memsvc.memory.drafting import passage_of
from memsvc.ports.storage import Reader
from memsvc.ports.thinking import Material

__all__ = ["materials_of"]


def materials_of(reader: Reader, notes: Sequence[Note]) -> list[Material]:
    """Return the notes' passages in order; a note without a place in a session has none before it."""
    following = {
        (note.session, note.position + len(note.turns)): note for note in notes if note.position is not None
    }
    materials = []
    for note in notes:
        before = following.get((note.session, note.position)) if note.position is not None else None
        if before is None and note.session is not None and note.position:
            before = next(iter(reader.around(note, count=1)[0]), None)
        materials.append(Material(passage_of(note), passage_of(before) if before is not None else None))
    return materials
