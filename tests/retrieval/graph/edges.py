"""Edges for tests, and a source of them with the caps of a store."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from memsvc.domain.links import LinkType
from memsvc.ports.derived import Edges

__all__ = ["ENTITY", "GivenLinks", "edges_of"]

ENTITY = list(LinkType).index(LinkType.ENTITY)


def edges_of(found: Sequence[tuple[int, int, float]], type_: int = ENTITY) -> Edges:
    """Return the edges of (low, high, weight)."""
    return Edges(
        np.array([edge[0] for edge in found], np.int64),
        np.array([edge[1] for edge in found], np.int64),
        np.array([edge[2] for edge in found], np.float64),
        np.full(len(found), type_, np.int64),
    )


class GivenLinks:
    """Gives of each note its heaviest edges; counts the questions."""

    def __init__(self, found: Sequence[tuple[int, int, float]]) -> None:
        self._found = found
        self.asked: list[list[int]] = []

    def around(self, rows: Sequence[int], *, types: Collection[LinkType], per_note: int) -> Edges:
        self.asked.append(list(rows))
        if LinkType.ENTITY not in types:
            return Edges.empty()
        kept: set[tuple[int, int, float]] = set()
        for row in rows:
            of_note = [edge for edge in self._found if row in edge[:2]]
            of_note.sort(key=lambda edge: (-edge[2], edge[0] + edge[1] - row))
            kept.update(of_note[:per_note])
        return edges_of(sorted(kept))
