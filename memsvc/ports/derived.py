"""Where what is derived from notes is kept: attributes, derivations, links, mentions and triples.

Each part is a property of a Reader (the `Read...` protocol) and of a Writer (the other one). All notes that are
named belong to the namespace of the reader; ids that do not exist give nothing when read and NotFound when
written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.attributes import Attributes
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link, LinkType, NewLink
from memsvc.domain.triples import Triple
from memsvc.ports.ranking import Rows

__all__ = [
    "Derivations",
    "Edges",
    "Links",
    "Mentions",
    "ReadAttributes",
    "ReadDerivations",
    "ReadLinks",
    "ReadMentions",
    "ReadTriples",
    "Triples",
]


@dataclass(frozen=True, slots=True)
class Edges:
    """Undirected edges in parallel arrays of note rows, each once, low < high; `types` index LinkType's order."""

    low: Rows
    high: Rows
    weights: NDArray[np.float64]
    types: NDArray[np.int64]

    @classmethod
    def empty(cls) -> Edges:
        none = np.empty(0, np.int64)
        return cls(none, none, np.empty(0, np.float64), none)


class ReadAttributes(Protocol):
    """A-MEM's attributes. They are written by `Writer.set_attributes`, together with the note's keys."""

    def get_many(self, notes: Sequence[NoteId]) -> dict[NoteId, Attributes]: ...


class ReadDerivations(Protocol):
    def sources(self, notes: Sequence[NoteId]) -> list[Derivation]:
        """Return what the notes were derived from, one step up."""

    def products(self, notes: Sequence[NoteId]) -> list[Derivation]:
        """Return what was derived from the notes, one step down."""

    def descendants(self, notes: Sequence[NoteId], *, roles: Collection[Role]) -> list[NoteId]:
        """Return everything that was derived from the notes in any number of steps, in order of their rows."""

    def source_rows(self, rows: Sequence[int]) -> tuple[Rows, Rows]:
        """Return (note row, source row) pairs of thoughts down to notes that are no thoughts, any steps."""


class Derivations(ReadDerivations, Protocol):
    def add(self, derivations: Sequence[Derivation]) -> None:
        """Keep derivations, those that are known already once; raises Conflict when a note would derive from
        itself."""


class ReadLinks(Protocol):
    def of(self, note: NoteId, *, types: Collection[LinkType] | None = None) -> list[Link]:
        """Return the links of a note to visible notes, sequence links too, heaviest first, then by row."""

    def touching(self, notes: Sequence[NoteId]) -> list[Link]:
        """Return the stored links with an end in `notes`, each once, whatever the status of the ends.

        They are seen from that end; ordered by the rows of the ends, the lower first, and type.
        """

    def around(self, rows: Sequence[int], *, types: Collection[LinkType], per_note: int) -> Edges:
        """Return the edges that the visible notes in `rows` have to visible notes.

        Of each note the `per_note` heaviest, ties by lower row; an edge that one end is over its cap for stays
        when it is among the other's.
        """

    def count(self) -> dict[LinkType, int]:
        """Return how many links are stored, by type."""


class Links(ReadLinks, Protocol):
    def put(self, links: Sequence[NewLink], *, at: datetime, actor: str) -> int:
        """Store links; one that exists gets the new weight and method. Return how many are new.

        Raises NotFound when an end does not exist.
        """

    def delete(self, first: NoteId, second: NoteId, type: LinkType) -> bool: ...


class ReadMentions(Protocol):
    def of_rows(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]: ...

    def holders(self, terms: Sequence[str], *, most: int) -> list[tuple[str, int]]:
        """Return (term, row) of the visible notes that mention a rare term, by term, the newest first.

        A term that more than `most` notes mention, hidden ones too, is not rare.
        """


class Mentions(ReadMentions, Protocol):
    def put(self, terms: Mapping[NoteId, Sequence[str]]) -> None:
        """Replace the terms that notes mention; raises NotFound, and then stores none."""


class ReadTriples(Protocol):
    def get_many(self, notes: Sequence[NoteId]) -> dict[NoteId, tuple[Triple, ...]]: ...

    def with_relation(self, pairs: Sequence[tuple[str, str]], *, limit: int) -> list[NoteId]:
        """Return visible notes with a triple of one of the (head, relation) pairs, normalised, newest first."""


class Triples(ReadTriples, Protocol):
    def put(self, triples: Mapping[NoteId, Sequence[Triple]]) -> None:
        """Keep the triples of notes that have none yet."""
