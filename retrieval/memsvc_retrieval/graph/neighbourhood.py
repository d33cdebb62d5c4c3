"""What lies around some notes: so many links of each, a few steps far."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from memsvc.domain.links import LinkType
from memsvc.ports.derived import Edges
from memsvc.ports.ranking import Rows

__all__ = ["LinkSource", "Neighbourhood", "Reach", "among", "gather"]


class LinkSource(Protocol):
    """Where links are read from: `links` of a Reader."""

    def around(self, rows: Sequence[int], *, types: Collection[LinkType], per_note: int) -> Edges:
        """Return the edges of the notes, of each the `per_note` heaviest."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far links are followed: `steps` from the notes, `per_note` links of each, up to `nodes` notes in all."""

    per_note: int = 10
    steps: int = 1
    nodes: int = 2_000


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Notes by ascending row, and the edges among them, each pair of rows and type once."""

    nodes: Rows
    edges: Edges


def gather(source: LinkSource, rows: Rows, *, types: Collection[LinkType], reach: Reach) -> Neighbourhood:
    """Return the notes at `rows` with what their links lead to, one query a step.

    A step that would reach more notes than allowed keeps those at the ends of its heaviest edges.
    """
    nodes = np.unique(rows)
    frontier, found = nodes, [Edges.empty()]
    for _ in range(reach.steps):
        if not len(frontier):
            break
        edges = source.around(frontier.tolist(), types=types, per_note=reach.per_note)
        new = _reached(edges, nodes, room=reach.nodes - len(nodes))
        nodes = np.union1d(nodes, new)
        found.append(among(edges, nodes))
        frontier = new
    return Neighbourhood(nodes, _once(found))


def _reached(edges: Edges, known: Rows, *, room: int) -> Rows:
    order = np.argsort(-edges.weights, kind="stable")
    ends = np.stack([edges.low[order], edges.high[order]], axis=1).ravel()
    rows, first = np.unique(ends, return_index=True)
    fresh = ~np.isin(rows, known)
    heaviest = rows[fresh][np.argsort(first[fresh], kind="stable")]
    return np.sort(heaviest[: max(room, 0)])


def among(edges: Edges, nodes: Rows) -> Edges:
    """Return the edges both ends of which are among the nodes."""
    return _taken(edges, np.flatnonzero(np.isin(edges.low, nodes) & np.isin(edges.high, nodes)))


def _taken(edges: Edges, places: Rows) -> Edges:
    return Edges(edges.low[places], edges.high[places], edges.weights[places], edges.types[places])


def _once(found: Sequence[Edges]) -> Edges:
    """Join edges; two steps may have come by the same one."""
    joined = Edges(
        np.concatenate([edges.low for edges in found]),
        np.concatenate([edges.high for edges in found]),
        np.concatenate([edges.weights for edges in found]),
        np.concatenate([edges.types for edges in found]),
    )
    keys = np.stack([joined.low, joined.high, joined.types], axis=1)
    return _taken(joined, np.sort(np.unique(keys, axis=0, return_index=True)[1]))
