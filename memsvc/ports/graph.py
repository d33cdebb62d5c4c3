"""What is done with links as a graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from memsvc.domain.graphs import NoteGraph
from memsvc.domain.links import LinkType
from memsvc.domain.notes import Json
from memsvc.ports.derived import Edges, ReadLinks
from memsvc.ports.ranking import Rows

__all__ = ["GraphTools"]


class GraphTools(Protocol):
    def around(
        self, links: ReadLinks, seeds: Rows, *, types: Collection[LinkType], hops: int, per_note: int, nodes: int
    ) -> tuple[Rows, Edges]:
        """Return the notes within so many hops of the seeds, at most `nodes`, ascending, and the edges among them.

        A hop that would reach more notes than there is room for keeps those at the ends of its heaviest edges.
        """

    def communities(self, rows: Rows, edges: Edges) -> tuple[list[Rows], float]:
        """Return groups of two and more notes, the largest first, ties by the lowest row; and their modularity.

        The same notes and edges give the same groups.
        """

    def graphml(self, graph: NoteGraph) -> str:
        """Return the graph as GraphML."""

    def node_link(self, graph: NoteGraph) -> Mapping[str, Json]:
        """Return the graph as node-link JSON, as networkx reads and writes it."""
