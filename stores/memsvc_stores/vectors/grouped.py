"""One vector index for each group of keys, all in one directory and under one budget."""

from __future__ import annotations

from collections.abc import Iterator
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

# Whole texts keep the row of their namespace; no database reaches 2**48 namespaces.
_OFFSETS = {KeyGroup.WHOLE: 0, KeyGroup.DRAWN: 1 << 48}


@dataclass(frozen=True, slots=True)
class _OneGroup:
    """A source of one group's keys alone."""

    source: KeyedSource
    group: KeyGroup

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        return self.source.vector_delta(after_sequence, limit=limit, group=self.group)


class GroupedIndex:
    """Implements KeyIndex over a VectorIndex, in which each group of a namespace has a row of its own."""

    def __init__(self, index: VectorIndex) -> None:
        self._index = index

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
        one, its = _OneGroup(source, group), _state(state, group)
        return self._index.search(one, its, query, k=k, allowed=allowed, within=within)

    def save(self, source: KeyedSource, state: NamespaceState) -> None:
        for one, its in _groups(source, state):
            self._index.save(one, its)

    def verify(self, source: KeyedSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare each group with the source; problems name their group."""
        return [
            replace(problem, detail=f"{one.group} keys: {problem.detail}")
            for one, its in _groups(source, state)
            for problem in self._index.verify(one, its)
        ]

    def rebuild(self, source: KeyedSource, state: NamespaceState) -> None:
        for one, its in _groups(source, state):
            self._index.rebuild(one, its)

    def compact(self, source: KeyedSource, state: NamespaceState) -> None:
        for one, its in _groups(source, state):
            self._index.compact(one, its)

    def purge(self, source: KeyedSource, state: NamespaceState) -> None:
        for one, its in _groups(source, state):
            self._index.purge(one, its)

    def erase(self, namespace_row: int) -> None:
        for offset in _OFFSETS.values():
            self._index.erase(namespace_row + offset)

    def stats(self, source: KeyedSource, state: NamespaceState) -> IndexStats:
        found = [self._index.stats(one, its) for one, its in _groups(source, state)]
        return IndexStats(
            form=found[0].form,
            vectors=sum(each.vectors for each in found),
            applied_sequence=min(each.applied_sequence for each in found),
            memory_bytes=sum(each.memory_bytes for each in found),
            disk_bytes=sum(each.disk_bytes for each in found),
        )

    def close(self) -> None:
        self._index.close()


def _state(state: NamespaceState, group: KeyGroup) -> NamespaceState:
    return replace(state, row=state.row + _OFFSETS[group])


def _groups(source: KeyedSource, state: NamespaceState) -> Iterator[tuple[_OneGroup, NamespaceState]]:
    for group in _OFFSETS:
        yield _OneGroup(source, group), _state(state, group)
