"""The graph around a note compared with a search through all links."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from memsvc.domain.graphs import GraphQuery
from memsvc.domain.links import LinkType
from memsvc.memory.graph import graph_around
from tests.graph.test_graph import link, tell
from tests.memory.conftest import ACTOR, SCOPE, World

Pair = tuple[int, int]


def heaviest(weights: Mapping[Pair, float], note: int, cap: int) -> list[Pair]:
    """Return the links of a note that are followed, ties by the other note."""
    own = [(-weight, sum(pair) - note, pair) for pair, weight in weights.items() if note in pair]
    return [pair for *_, pair in sorted(own)[:cap]]


def searched(weights: Mapping[Pair, float], seed: int, *, hops: int, cap: int) -> tuple[set[int], set[Pair]]:
    """Return the notes that are reached, and the links among them."""
    known, frontier = {seed}, {seed}
    for _ in range(hops):
        frontier = {end for note in frontier for pair in heaviest(weights, note, cap) for end in pair} - known
        known |= frontier
    among = {pair for note in known for pair in heaviest(weights, note, cap) if known.issuperset(pair)}
    return known, among


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_graph_is_what_a_search_through_all_links_gives(world: World, seed: int) -> None:
    dice = random.Random(seed)
    notes = tell(world, *[f"note {number}" for number in range(25)])
    pairs = {(min(two), max(two)) for two in (dice.sample(range(25), 2) for _ in range(40))}
    weights = {pair: dice.choice([0.25, 0.5, 0.75, 1.0]) for pair in sorted(pairs)}
    for (first, second), weight in weights.items():
        link(world, (notes[first], notes[second]), weight=weight)
    hidden, start = dice.sample(range(25), 2)
    world.service.forget(SCOPE, notes[hidden], actor=ACTOR)
    shown = {pair: weight for pair, weight in weights.items() if hidden not in pair}
    for hops, cap in [(hops, cap) for hops in range(5) for cap in (1, 2, 100)]:
        query = GraphQuery((notes[start],), hops=hops, per_note=cap, types={LinkType.ENTITY})
        found = graph_around(world.context, SCOPE, query)
        ends = {(notes.index(edge.first), notes.index(edge.second)) for edge in found.edges}
        assert ({notes.index(node.note) for node in found.nodes}, ends) == searched(
            shown, start, hops=hops, cap=cap
        )
