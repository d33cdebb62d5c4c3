"""How often a note was told and recalled: what decay, admission and eviction go by."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Status

__all__ = ["Holding", "Strength"]


class Strength(NamedTuple):
    """Counts of one note; `sightings` includes the first, `last_at` is the last sighting again or recall.

    They are kept only while the policy uses them. A named tuple, because a recall may make hundreds.
    """

    row: int
    note: NoteId
    ingest_time: datetime
    sightings: int = 1
    recalls: int = 0
    last_at: datetime | None = None

    @property
    def total(self) -> int:
        """Return S, the strength: at least 1."""
        return self.sightings + self.recalls

    @property
    def used_at(self) -> datetime:
        """Return when the note was last told or recalled."""
        return self.ingest_time if self.last_at is None else max(self.ingest_time, self.last_at)


class Holding(NamedTuple):
    """A note as retention sees it; `size` is its content in bytes of UTF-8."""

    strength: Strength
    kind: Kind
    status: Status
    size: int
