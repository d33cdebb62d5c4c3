"""Ranges of event and ingest time leave what brute force leaves, in every form of the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import NamespaceState, Rows, Times, VectorDelta, Within
from memsvc_stores.vectors.paged.search import Effort
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.forms import listed
from tests.vectors.oracle import DIMENSION, Reader, Truth, unit

COUNT = 1_200
ALL = 1 << 20
FORMS: Final[dict[str, dict[str, Any]]] = {
    "exact": {"exact_keys": ALL},
    "flat": {"exact_keys": 0, "flat_keys": ALL, "reranked": ALL},
    "paged": {"exact_keys": 0, "flat_keys": 8, "effort": Effort(ALL, ALL, ALL)},
}
SHARES = [1.0, 0.5, 0.05, 0.005, 0.0]


@dataclass(frozen=True, slots=True)
class Timed:
    """A reader whose delta has times; `times` (n, 2) is by note row."""

    reader: Reader
    times: Times

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        delta = self.reader.vector_delta(after_sequence, limit=limit)
        return replace(delta, times=self.times[delta.note_rows])


def lies(times: list[int], within: Within) -> bool:
    event, ingest = times
    ranges = ((within.event_from, event, within.event_to), (within.ingest_from, ingest, within.ingest_to))
    return all((start is None or start <= at) and (end is None or at < end) for start, at, end in ranges)


class World:
    """An index, the truth, and for each note two times that have nothing to do with each other."""

    def __init__(self, index: TieredVectorIndex) -> None:
        self.index = index
        self.truth = Truth()
        self._generator = np.random.default_rng(5)
        self.times: Times = np.stack([self._generator.permutation(2 * COUNT) for _ in range(2)], axis=1)
        self.times -= COUNT // 2
        self.query = self.vectors(1)[0]

    @property
    def source(self) -> Timed:
        return Timed(self.truth.reader(), self.times)

    @property
    def state(self) -> NamespaceState:
        return self.truth.state()

    def vectors(self, count: int) -> Matrix:
        return unit(self._generator.standard_normal((count, DIMENSION)))

    def range_of(self, axis: str, share: float) -> Within:
        """Return a range that starts at the lower quarter and keeps about this share of the present notes."""
        rows = np.array(self.truth.rows)
        ordered = np.sort(self.times[rows, 0 if axis == "event" else 1])
        if share == 1.0:
            start, end = int(ordered[0]), int(ordered[-1]) + 1
        else:
            first = len(ordered) // 4
            start, end = int(ordered[first]), int(ordered[first + round(share * len(ordered))])
        return Within(**{f"{axis}_from": start, f"{axis}_to": end})

    def check(self, within: Within, *, allowed: Rows | None = None, k: int = 12) -> int:
        """Assert that the answer is that of brute force; return how many notes it has."""
        reader = self.truth.reader()
        chosen = {row: note for row, note in reader.notes.items() if lies(self.times[row].tolist(), within)}
        expected = replace(reader, notes=chosen).best(self.query, k=k, allowed=allowed)
        found = self.index.search(self.source, self.state, self.query, k=k, allowed=allowed, within=within)
        assert listed(found) == listed(expected)
        return len(found.rows)

    def save(self) -> None:
        self.index.save(self.source, self.state)

    def change(self) -> None:
        """Purge, hide and re-key some notes."""
        rows = self.truth.rows
        for row in rows[::10]:
            self.truth.purge(row)
        for row in rows[1::10]:
            self.truth.show(row, visible=False)
        for row, key in zip(rows[2::40], self.vectors(len(rows[2::40])), strict=True):
            self.truth.rekey(row, key[None])


@pytest.fixture(params=sorted(FORMS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A saved namespace."""
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 24, **FORMS[request.param])
    made = World(index)
    made.truth.add(*made.vectors(COUNT))
    made.save()
    assert index.stats(made.source, made.state).form == request.param
    yield made
    index.close()


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("axis", ["event", "ingest"])
def test_a_range_keeps_its_notes(world: World, axis: str, share: float) -> None:
    assert world.check(world.range_of(axis, share)) == min(12, round(share * COUNT))


@pytest.mark.parametrize("share", SHARES)
def test_both_ranges_hold_together(world: World, share: float) -> None:
    event, ingest = world.range_of("event", share), world.range_of("ingest", 0.5)
    world.check(replace(event, ingest_from=ingest.ingest_from, ingest_to=ingest.ingest_to))


@pytest.mark.parametrize("part", [2, 40, COUNT])
@pytest.mark.parametrize("share", SHARES)
def test_a_range_holds_among_allowed_notes(world: World, share: float, part: int) -> None:
    world.check(world.range_of("event", share), allowed=np.array(world.truth.rows[::part], np.int64))


@pytest.mark.parametrize("share", SHARES)
def test_an_unsaved_tail_is_in_the_range_too(world: World, share: float) -> None:
    world.truth.add(*world.vectors(150))
    world.check(world.range_of("ingest", share))


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("share", SHARES)
def test_purged_hidden_and_rekeyed_notes_are_not_found_in_a_range(
    world: World, share: float, *, saved: bool
) -> None:
    world.change()
    world.truth.add(*world.vectors(150))
    if saved:
        world.save()
    world.check(world.range_of("event", share))


@pytest.mark.parametrize("share", SHARES)
def test_hidden_notes_are_found_in_a_range_when_allowed(world: World, share: float) -> None:
    world.change()
    allowed = np.array(world.truth.rows[1::2], np.int64)
    world.check(world.range_of("ingest", share), allowed=allowed)


def test_a_range_begins_with_its_start_and_ends_before_its_end(world: World) -> None:
    first, last = np.sort(world.times[np.array(world.truth.rows), 0])[[100, 105]].tolist()
    assert world.check(Within(event_from=first, event_to=last)) == 5


@pytest.mark.parametrize("options", [{"reranked": 75}, {"flat_keys": 8, "effort": Effort(4, 20)}])
@pytest.mark.parametrize("share", SHARES)
def test_with_little_effort_a_range_gives_as_many_of_its_notes(
    tmp_path: Path, share: float, options: dict[str, Any]
) -> None:
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 24, exact_keys=0, **options)
    world = World(index)
    world.truth.add(*world.vectors(COUNT))
    world.save()
    within = world.range_of("event", share)
    found = index.search(world.source, world.state, world.query, k=12, allowed=None, within=within)
    index.close()
    assert len(set(found.rows.tolist())) == min(12, round(share * COUNT))
    assert all(lies(world.times[row].tolist(), within) for row in found.rows.tolist())


def test_the_budget_counts_what_a_range_makes_the_index_keep(world: World) -> None:
    world.index.search(world.source, world.state, world.query, k=1, allowed=None)
    before = world.index.memory_bytes
    world.check(world.range_of("event", 0.5))
    kept = world.index.memory_bytes - before
    stored = world.index.stats(world.source, world.state).form != "exact"
    # A byte for each row, and the edges of the buckets.
    assert COUNT * stored <= kept <= (COUNT + 8_192) * stored
