"""What was derived from what: thoughts from rounds, merged thoughts from thoughts, attributes from neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memsvc.domain.ids import NoteId

__all__ = ["CONTENT_ROLES", "Derivation", "Role"]


class Role(StrEnum):
    """How a source went into a note: its whole content (thought, merge), or only its attributes (evolution)."""

    THOUGHT = "thought"
    MERGE = "merge"
    EVOLUTION = "evolution"


CONTENT_ROLES = frozenset({Role.THOUGHT, Role.MERGE})


@dataclass(frozen=True, slots=True)
class Derivation:
    note: NoteId
    source: NoteId
    role: Role
