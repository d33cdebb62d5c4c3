"""The journal: every change of a namespace, ordered by its sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json

__all__ = ["Change", "Operation"]


class Operation(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    FORGOTTEN = "forgotten"
    RESTORED = "restored"
    SUPERSEDED = "superseded"
    MERGED = "merged"
    REKEYED = "rekeyed"
    EVOLVED = "evolved"
    REVERTED = "reverted"
    QUARANTINED = "quarantined"
    RELEASED = "released"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Change:
    """One journal entry. `patch` maps a field to its {"old", "new"} and never holds note content."""

    sequence: int
    operation: Operation
    note_row: int
    note: NoteId
    at: datetime
    actor: str
    version: int
    patch: Mapping[str, Json] = field(default_factory=dict)
