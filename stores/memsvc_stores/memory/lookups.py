"""Rows of notes, and their order in a session."""

from __future__ import annotations

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.errors import NotFound
from memsvc_stores.memory.state import NamespaceData

__all__ = ["required_row", "session_order"]


def required_row(data: NamespaceData, note: NoteId) -> int:
    """Return the row of a note; raises NotFound."""
    row = data.rows.get(note)
    if row is None:
        raise NotFound(f"there is no note {note} in this namespace; nothing was stored")
    return row


def session_order(note: Note) -> tuple[bool, int, int]:
    """Return the sort key of a note in its session: by position, those without one last, then by row."""
    return (note.position is None, note.position or 0, note.row)
