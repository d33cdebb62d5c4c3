"""Links: undirected, between two notes of one namespace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memsvc.domain.attributes import Method
from memsvc.domain.ids import NoteId
from memsvc.errors import InvalidInput

__all__ = [
    "SEQUENCE_ACTOR",
    "SEQUENCE_WEIGHT",
    "STORED_TYPES",
    "TYPE_NUMBERS",
    "Link",
    "LinkType",
    "NewLink",
    "link_order",
]


class LinkType(StrEnum):
    """Why two notes belong together. Sequence links follow from the order of a session, in which
    thoughts have no place, and are not stored."""

    SEQUENCE = "sequence"
    ENTITY = "entity"
    SEMANTIC = "semantic"
    RELATED = "related"
    CONFLICT = "conflict"
    MANUAL = "manual"


TYPE_NUMBERS = {kind: number for number, kind in enumerate(LinkType)}
STORED_TYPES = frozenset(LinkType) - {LinkType.SEQUENCE}
SEQUENCE_WEIGHT = 0.5
SEQUENCE_ACTOR = "session"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to store; which end is named first means nothing. `weight` is in (0, 1].

    Raises InvalidInput for a note linked to itself, a weight out of range, and for a sequence.
    """

    first: NoteId
    second: NoteId
    type: LinkType
    weight: float
    method: Method

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise InvalidInput(f"note {self.first} cannot be linked to itself; name two notes")
        if not 0 < self.weight <= 1:
            raise InvalidInput(f"the weight of a link must be above 0 and at most 1, not {self.weight}")
        if self.type not in STORED_TYPES:
            raise InvalidInput("sequence links follow from the session and cannot be made; use another type")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is seen from `note`; `other` is its other end."""

    note: NoteId
    other: NoteId
    type: LinkType
    weight: float
    method: Method
    at: datetime
    actor: str


def link_order(of_row: tuple[int, Link]) -> tuple[float, int, int]:
    """Return the sort key of a link with the row of its other end: the heaviest first, then by row and type."""
    row, link = of_row
    return -link.weight, row, TYPE_NUMBERS[link.type]
