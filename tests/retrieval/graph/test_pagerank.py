"""Personalised PageRank against networkx, and where plain power iteration goes wrong."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memsvc.errors import InvalidInput
from memsvc.ports.derived import Edges
from memsvc_retrieval.graph.pagerank import personalised_pagerank
from tests.retrieval.graph.edges import edges_of

# networkx stops at a change of n * tol: its default leaves 1.3e-6 at 300 nodes, 1e-12 still 3e-12 at 24.
ORACLE_TOLERANCE = 1e-14
EQUAL = 2e-12


def oracle(count: int, edges: Edges, seeds: Sequence[float], alpha: float) -> list[float]:
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    for low, high, weight in zip(edges.low.tolist(), edges.high.tolist(), edges.weights.tolist(), strict=True):
        before = graph.get_edge_data(low, high, {"weight": 0.0})["weight"]
        graph.add_edge(low, high, weight=before + weight)
    personalised = {node: weight for node, weight in enumerate(seeds) if weight}
    ranks = nx.pagerank(graph, alpha=alpha, personalization=personalised, tol=ORACLE_TOLERANCE, max_iter=2000)
    return [ranks[node] for node in range(count)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Edges, list[float]]:
    count = draw(st.integers(2, 25))
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda ends: ends[0] < ends[1])
    found = draw(st.lists(st.tuples(pair, st.floats(0.01, 1.0)), max_size=60))
    seeds = draw(st.lists(st.sampled_from([0.0, 0.05, 0.5, 1.0]), min_size=count, max_size=count))
    return count, edges_of([(low, high, weight) for (low, high), weight in found]), seeds


@given(graphs(), st.sampled_from([0.0, 0.3, 0.5, 0.85]))
def test_ranks_are_those_of_networkx(graph: tuple[int, Edges, list[float]], alpha: float) -> None:
    count, edges, seeds = graph
    assume(any(seeds))
    ranks = personalised_pagerank(np.arange(count), edges, np.array(seeds), alpha=alpha)
    assert ranks.tolist() == pytest.approx(oracle(count, edges, seeds, alpha), rel=0, abs=EQUAL)


def test_a_large_graph_is_ranked_as_networkx_does() -> None:
    random = np.random.default_rng(7)
    ends = random.integers(0, 300, size=(1500, 2))
    edges = edges_of(
        [
            (min(a, b), max(a, b), 0.01 + float(w))
            for (a, b), w in zip(ends.tolist(), random.random(1500), strict=True)
            if a != b
        ]
    )
    seeds = np.where(np.arange(300) < 20, 1.0 / (1 + np.arange(300)), 0.0)
    ranks = personalised_pagerank(np.arange(300), edges, seeds, alpha=0.5)
    assert ranks.tolist() == pytest.approx(oracle(300, edges, seeds.tolist(), 0.5), rel=0, abs=EQUAL)


@given(graphs())
def test_ranks_sum_to_one(graph: tuple[int, Edges, list[float]]) -> None:
    count, edges, seeds = graph
    assume(any(seeds))
    assert personalised_pagerank(np.arange(count), edges, np.array(seeds), alpha=0.5).sum() == pytest.approx(1.0)


def test_a_walk_that_can_go_nowhere_begins_anew() -> None:
    """Plain power iteration loses half of a lone seed's rank."""
    ranks = personalised_pagerank(np.array([3, 5]), Edges.empty(), np.array([1.0, 0.0]), alpha=0.5)
    assert ranks.tolist() == [1.0, 0.0]


def test_an_edge_that_is_given_twice_counts_by_the_sum_of_its_weights() -> None:
    nodes, seeds = np.array([1, 2, 3]), np.array([1.0, 0.0, 0.0])
    twice = personalised_pagerank(nodes, edges_of([(1, 2, 0.25), (1, 3, 0.5), (1, 2, 0.25)]), seeds, alpha=0.5)
    once = personalised_pagerank(nodes, edges_of([(1, 2, 0.5), (1, 3, 0.5)]), seeds, alpha=0.5)
    assert twice.tolist() == pytest.approx(once.tolist(), abs=1e-15)


def test_the_rank_of_a_chain_is_as_by_hand() -> None:
    """Two nodes, alpha 1/2, seed at the first: x = (1 + y) / 2 and y = x / 2."""
    ranks = personalised_pagerank(np.array([1, 2]), edges_of([(1, 2, 0.3)]), np.array([2.0, 0.0]), alpha=0.5)
    assert ranks.tolist() == pytest.approx([2 / 3, 1 / 3])


@pytest.mark.parametrize("seeds", [[0.0, 0.0], [1.0, -1.0], [2.0, -1.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_seeds_that_say_nowhere_to_begin_are_refused(seeds: list[float]) -> None:
    with pytest.raises(InvalidInput, match="seeds"):
        personalised_pagerank(np.array([1, 2]), edges_of([(1, 2, 1.0)]), np.array(seeds), alpha=0.5)


@pytest.mark.parametrize("alpha", [-0.1, 1.0, 1.5, np.nan])
def test_an_alpha_out_of_range_is_refused(alpha: float) -> None:
    with pytest.raises(InvalidInput, match="alpha"):
        personalised_pagerank(np.array([1, 2]), edges_of([(1, 2, 1.0)]), np.array([1.0, 0.0]), alpha=alpha)
