"""Notes and links as a graph."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from memsvc.domain.ids import NoteId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Kind
from memsvc.errors import FieldError, InvalidInput

__all__ = ["Community", "GraphEdge", "GraphNode", "GraphQuery", "NoteGraph"]


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A note; `content` only when it was asked for."""

    note: NoteId
    kind: Kind
    event_time: datetime
    seed: bool = False
    content: str | None = field(default=None, repr=False)


class GraphEdge(NamedTuple):
    """An undirected link; the note that was stored first is named first."""

    first: NoteId
    second: NoteId
    type: LinkType
    weight: float


@dataclass(frozen=True, slots=True)
class NoteGraph:
    """Notes in the order of storing, and the links among them; `truncated`: there was no room for more notes."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class GraphQuery:
    """What to show around `seeds`: links of `types` (None: all), `hops` steps far, of each note the heaviest.

    Raises InvalidInput when a number is out of range.
    """

    seeds: tuple[NoteId, ...]
    hops: int = 2
    per_note: int = 10
    nodes: int = 2000
    types: Collection[LinkType] | None = None
    content: bool = False

    def __post_init__(self) -> None:
        errors = [
            FieldError(f"/{name}", f"must be {low} to {high}")
            for name, value, low, high in (
                ("seed", len(self.seeds), 1, 100),
                ("hops", self.hops, 0, 4),
                ("per_note", self.per_note, 1, 100),
                ("nodes", self.nodes, 1, 10_000),
            )
            if not low <= value <= high
        ]
        if errors:
            raise InvalidInput("; ".join(f"{e.pointer} {e.message}" for e in errors), errors=errors)


@dataclass(frozen=True, slots=True)
class Community:
    """Notes that are linked more among themselves than with others, in the order of storing."""

    notes: tuple[NoteId, ...]
