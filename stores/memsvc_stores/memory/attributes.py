"""A-MEM's attributes of notes, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.attributes import Attributes
from memsvc.domain.ids import NoteId
from memsvc_stores.memory.state import NamespaceData

__all__ = ["MemoryAttributes"]


class MemoryAttributes:
    """Reads attributes; `data` is None where nothing was ever written."""

    def __init__(self, data: NamespaceData | None) -> None:
        self._data = data

    def get_many(self, notes: Sequence[NoteId]) -> dict[NoteId, Attributes]:
        found = [] if self._data is None else [self._data.find(note) for note in notes]
        return {
            each.note.id: each.attributes for each in found if each is not None and each.attributes is not None
        }
