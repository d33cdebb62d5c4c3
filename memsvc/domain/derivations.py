"""What was derived from what: thoughts from rounds, merged thoughts from thoughts, attributes from neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memsvc.domain.ids import NoteId

__all__ = ["CONTENT_ROLES", "SOURCE_ROLES", "Derivation", "Role"]


class Role(StrEnum):
    """How a source went into a note: it is what the note tells (thought, merge), it was said just before that
    and may be quoted (context), it shaped only the attributes (evolution), or it had been read by whoever wrote
    the note (informed)."""

    THOUGHT = "thought"
    CONTEXT = "context"
    MERGE = "merge"
    EVOLUTION = "evolution"
    INFORMED = "informed"


# Whose words a note may repeat; and those of them that it stands for.
CONTENT_ROLES = frozenset({Role.THOUGHT, Role.CONTEXT, Role.MERGE})
SOURCE_ROLES = CONTENT_ROLES - {Role.CONTEXT}


@dataclass(frozen=True, slots=True)
class Derivation:
    note: NoteId
    source: NoteId
    role: Role
