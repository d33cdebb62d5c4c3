"""Notes and links as a graph."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from memsvc.wire.base import Response
from memsvc.wire.words import Kind

__all__ = ["Communities", "Community", "Graph", "GraphLink", "GraphNote"]


class GraphNote(Response):
    """A note; `seed` when it was asked about, `content` only when that was asked for."""

    id: str
    kind: Kind
    event_time: datetime
    seed: bool = False
    content: str | None = None


class GraphLink(Response):
    """An undirected link; `key` tells links of one pair of notes apart, by type."""

    source: str
    target: str
    key: str
    type: str
    weight: float


class GraphFacts(Response):
    """`truncated`: there was no room for all notes within reach."""

    truncated: bool = False


class Graph(Response):
    """Node-link JSON: `networkx.node_link_graph(answer, edges="links")` reads it."""

    directed: Literal[False] = False
    multigraph: Literal[True] = True
    graph: GraphFacts = GraphFacts()
    nodes: tuple[GraphNote, ...]
    links: tuple[GraphLink, ...]


class Community(Response):
    """Notes that are linked more among themselves than with others, in the order of storing."""

    notes: tuple[str, ...]


class Communities(Response):
    """The largest first; notes without links are in none."""

    items: tuple[Community, ...]
    modularity: float
