"""A vector index for each group of keys, so that recall can weigh them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """Implements KeyIndex with one VectorIndex for each group; none may share a directory with another.

    Of a group without any key nothing is opened or stored.
    """

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
        if not source.may_have(group):
            return Ranked.empty()
        one = _OneGroup(source, group)
        return self._indexes[group].search(one, state, query, k=k, allowed=allowed, within=within)

    def save(self, source: KeyedSource, state: NamespaceState) -> None:
        for one, index in self._used(source):
            index.save(one, state)

    def verify(self, source: KeyedSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare each group with the source; problems name their group."""
        return [
            replace(problem, detail=f"{one.group} keys: {problem.detail}")
            for one, index in self._used(source)
            for problem in index.verify(one, state)
        ]

    def rebuild(self, source: KeyedSource, state: NamespaceState) -> None:
        for group, index in self._indexes.items():
            if source.may_have(group):
                index.rebuild(_OneGroup(source, group), state)
            else:
                index.erase(state.row)

    def compact(self, source: KeyedSource, state: NamespaceState) -> None:
        for one, index in self._used(source):
            index.compact(one, state)

    def purge(self, source: KeyedSource, state: NamespaceState) -> None:
        for group, index in self._indexes.items():
            index.purge(_OneGroup(source, group), state)

    def erase(self, namespace_row: int) -> None:
        for index in self._indexes.values():
            index.erase(namespace_row)

    def stats(self, source: KeyedSource, state: NamespaceState) -> IndexStats:
        found = {one.group: index.stats(one, state) for one, index in self._used(source)}
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

    def _used(self, source: KeyedSource) -> Iterator[tuple[_OneGroup, VectorIndex]]:
        """Yield the part of the source and the index of each group that has keys."""
        for group, index in self._indexes.items():
            if source.may_have(group):
                yield _OneGroup(source, group), index
