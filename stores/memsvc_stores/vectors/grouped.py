"""A vector index for each group of keys, so that recall can weigh them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from memsvc.domain.notes import KeyGroup
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import (
    IndexProblem,
    IndexStats,
    KeyedSource,
    NamespaceState,
    Ranked,
    Rows,
    VectorDelta,
    VectorIndex,
    Within,
)

__all__ = ["GroupedIndex"]


@dataclass(frozen=True, slots=True)
class _OneGroup:
    """A source of one group's keys alone."""

    source: KeyedSource
    group: KeyGroup

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        return self.source.vector_delta(after_sequence, limit=limit, group=self.group)


class GroupedIndex:
    """Implements KeyIndex with one VectorIndex for each group; none may share a directory with another."""

    def __init__(self, indexes: Mapping[KeyGroup, VectorIndex]) -> None:
        """Raises KeyError unless every group has its index."""
        self._indexes = {group: indexes[group] for group in KeyGroup}

    def search(
        self,
        source: KeyedSource,
        state: NamespaceState,
        query: Vector,
        *,
        group: KeyGroup,
        k: int,
        allowed: Rows | None,
        within: Within | None = None,
    ) -> Ranked:
        one = _OneGroup(source, group)
        return self._indexes[group].search(one, state, query, k=k, allowed=allowed, within=within)

    def save(self, source: KeyedSource, state: NamespaceState) -> None:
        for group, index in self._indexes.items():
            index.save(_OneGroup(source, group), state)

    def verify(self, source: KeyedSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare each group with the source; problems name their group."""
        return [
            replace(problem, detail=f"{group} keys: {problem.detail}")
            for group, index in self._indexes.items()
            for problem in index.verify(_OneGroup(source, group), state)
        ]

    def rebuild(self, source: KeyedSource, state: NamespaceState) -> None:
        for group, index in self._indexes.items():
            index.rebuild(_OneGroup(source, group), state)

    def compact(self, source: KeyedSource, state: NamespaceState) -> None:
        for group, index in self._indexes.items():
            index.compact(_OneGroup(source, group), state)

    def purge(self, source: KeyedSource, state: NamespaceState) -> None:
        for group, index in self._indexes.items():
            index.purge(_OneGroup(source, group), state)

    def erase(self, namespace_row: int) -> None:
        for index in self._indexes.values():
            index.erase(namespace_row)

    def stats(self, source: KeyedSource, state: NamespaceState) -> IndexStats:
        found = {group: index.stats(_OneGroup(source, group), state) for group, index in self._indexes.items()}
        return IndexStats(
            form=found[KeyGroup.WHOLE].form,
            vectors=sum(each.vectors for each in found.values()),
            applied_sequence=min(each.applied_sequence for each in found.values()),
            memory_bytes=sum(each.memory_bytes for each in found.values()),
            disk_bytes=sum(each.disk_bytes for each in found.values()),
        )

    def close(self) -> None:
        for index in self._indexes.values():
            index.close()
