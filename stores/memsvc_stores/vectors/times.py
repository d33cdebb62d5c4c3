"""Which rows may lie in a range of time: a byte for each row and kind of time, made when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows, Within
from memsvc_stores.vectors.layout import SLOTS, Bytes1, Indices
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.segment import Mask

__all__ = ["RowTimes", "Span"]

_QUANTILES: Final = 256
_SAMPLE: Final = 8_192
_BLOCK: Final = 65_536

Instants: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Buckets:
    """`of_row` says the bucket of each row: number j holds the times from edges[j - 1] until before edges[j].

    `before[j]` counts the rows in the buckets before j; `lowest` and `highest` are the ends of each block of rows.
    """

    edges: Instants
    of_row: Bytes1
    before: Instants
    lowest: Bytes1
    highest: Bytes1

    @classmethod
    def of(cls, edges: Instants, of_row: Bytes1) -> _Buckets:
        before = np.zeros(edges.size + 2, np.int64)
        np.cumsum(np.bincount(of_row, minlength=edges.size + 1), out=before[1:])
        blocks = np.pad(of_row, (0, -of_row.size % SLOTS), mode="edge" if of_row.size else "constant")
        blocks = blocks.reshape(-1, SLOTS)
        return cls(edges, of_row, before, blocks.min(axis=1), blocks.max(axis=1))

    @property
    def nbytes(self) -> int:
        arrays = (self.edges, self.of_row, self.before, self.lowest, self.highest)
        return sum(array.nbytes for array in arrays)

    def part(self, start: int | None, end: int | None) -> _Part:
        """Return the buckets that may hold times of a range."""
        edges = self.edges
        first = 0 if start is None else int(np.searchsorted(edges, start, side="right"))
        last = edges.size if end is None else int(np.searchsorted(edges, end, side="left"))
        unsure = []
        if start is not None and (first == 0 or edges[first - 1] < start):
            unsure.append(first)
        if end is not None and (last == edges.size or end < edges[last]):
            unsure.append(last)
        return _Part(self, first, last, unsure)


@dataclass(frozen=True, slots=True)
class _Part:
    """The buckets from `first` to `last`; those that are `unsure` may hold times outside of the range too."""

    buckets: _Buckets
    first: int
    last: int
    unsure: list[int]

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the least and the greatest number of rows that may lie in the range."""
        before = self.buckets.before
        most = max(0, int(before[self.last + 1] - before[self.first]))
        doubtful = sum(int(before[bucket + 1] - before[bucket]) for bucket in set(self.unsure))
        return max(0, most - doubtful), most

    def mask(self) -> Mask:
        """Say of each row whether it may lie in the range."""
        found: Mask = (self.buckets.of_row >= self.first) & (self.buckets.of_row <= self.last)
        return found

    def blocks(self) -> Mask:
        """Say of each block whether rows that may lie in the range may be in it."""
        found: Mask = (self.buckets.highest >= self.first) & (self.buckets.lowest <= self.last)
        return found


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a range from the bytes."""

    within: Within
    count: int
    parts: list[_Part]
    stored: StoredRows

    @property
    def most(self) -> int:
        """At least as many rows as lie in the range."""
        return min((part.bounds[1] for part in self.parts), default=self.count)

    @property
    def share(self) -> float:
        """About which part of the rows lies in the range."""
        middles = (sum(part.bounds) / 2 for part in self.parts)
        return min(middles, default=self.count) / max(self.count, 1)

    def blocks(self) -> Indices:
        """Return the blocks of 64 rows that hold all rows in the range."""
        chosen = np.ones(-(-self.count // SLOTS), np.bool_)
        for part in self.parts:
            chosen &= part.blocks()
        found: Indices = chosen.nonzero()[0]
        return found

    def rows(self) -> Rows:
        """Return the rows that lie in the range; raises Damaged."""
        chosen = self.parts[0].mask() if self.parts else np.ones(self.count, np.bool_)
        for part in self.parts[1:]:
            chosen &= part.mask()
        rows: Rows = chosen.nonzero()[0]
        unsure = np.zeros(rows.size, np.bool_)
        for part in self.parts:
            held = part.buckets.of_row[rows]
            for bucket in part.unsure:
                unsure |= held == bucket
        kept = ~unsure
        kept[unsure] = self.within.holds(self.stored.times(rows[unsure]))
        return rows[kept]


class RowTimes:
    """The times of an epoch's rows, which never change. Thread-safe; its methods raise Damaged."""

    def __init__(self, stored: StoredRows, count: int) -> None:
        self._stored = stored
        self._count = count
        self._made: dict[int, _Buckets] = {}

    @property
    def nbytes(self) -> int:
        """Bytes of anonymous RAM: none until a range is asked for."""
        return sum(it.nbytes for it in tuple(self._made.values()))

    def span(self, within: Within) -> Span:
        """Return what is known of a range."""
        ranges = ((within.event_from, within.event_to), (within.ingest_from, within.ingest_to))
        parts = [
            self._of(axis).part(start, end)
            for axis, (start, end) in enumerate(ranges)
            if start is not None or end is not None
        ]
        return Span(within, self._count, parts, self._stored)

    def _of(self, axis: int) -> _Buckets:
        found = self._made.get(axis)
        # Two threads may both make them: then one is dropped.
        return found if found is not None else self._made.setdefault(axis, self._buckets(axis))

    def _buckets(self, axis: int) -> _Buckets:
        count = self._count
        sample = np.arange(0, count, max(1, count // _SAMPLE))
        edges = _edges(np.sort(self._stored.times(sample)[:, axis]))
        of_row = np.empty(count, np.uint8)
        for start in range(0, count, _BLOCK):
            block = np.arange(start, min(start + _BLOCK, count))
            times = self._stored.times(block)[:, axis]
            of_row[start : start + block.size] = np.searchsorted(edges, times, side="right")
        return _Buckets.of(edges, of_row)


def _edges(ordered: Instants) -> Instants:
    """Return at most 255 edges of about equally full buckets; a time that fills buckets has one to itself."""
    quantiles = ordered[np.arange(1, _QUANTILES) * ordered.size // _QUANTILES] if ordered.size else ordered
    repeated = quantiles[1:][quantiles[1:] == quantiles[:-1]]
    return np.unique(np.concatenate((quantiles, repeated + 1)))
