"""What lies around notes: caps, steps, and each edge once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.links import LinkType
from memsvc_retrieval.graph.neighbourhood import Neighbourhood, Reach, gather
from tests.retrieval.graph.edges import GivenLinks

CHAIN = [(1, 2, 0.9), (2, 3, 0.8), (3, 4, 0.7), (4, 5, 0.6)]


def around(
    links: GivenLinks, rows: list[int], reach: Reach, *, type_: LinkType = LinkType.ENTITY
) -> Neighbourhood:
    return gather(links, np.array(rows, np.int64), types={type_}, reach=reach)


def pairs(found: Neighbourhood) -> list[tuple[int, int]]:
    return list(zip(found.edges.low.tolist(), found.edges.high.tolist(), strict=True))


@pytest.mark.parametrize(("steps", "last"), [(0, 1), (1, 2), (2, 3), (3, 4), (9, 5)])
def test_links_are_followed_so_many_steps(steps: int, last: int) -> None:
    found = around(GivenLinks(CHAIN), [1], Reach(steps=steps))
    assert found.nodes.tolist() == list(range(1, last + 1))
    assert pairs(found) == [(low, low + 1) for low in range(1, last)]


def test_each_step_asks_once_and_only_for_what_is_new() -> None:
    links = GivenLinks(CHAIN)
    around(links, [2], Reach(steps=9))
    assert links.asked == [[2], [1, 3], [4], [5]]


def test_an_edge_that_two_steps_find_is_there_once() -> None:
    found = around(GivenLinks([(1, 2, 0.5), (1, 3, 0.5), (2, 3, 0.5)]), [1], Reach(steps=2))
    assert sorted(pairs(found)) == [(1, 2), (1, 3), (2, 3)]


def test_of_each_note_the_heaviest_links_are_followed() -> None:
    hub = [(1, other, other / 100) for other in range(2, 60)]
    assert around(GivenLinks(hub), [1], Reach(per_note=3)).nodes.tolist() == [1, 57, 58, 59]


def test_beyond_so_many_notes_the_heaviest_edges_decide() -> None:
    hub = [(1, other, other / 100) for other in range(2, 60)]
    found = around(GivenLinks(hub), [1], Reach(per_note=50, nodes=4))
    assert found.nodes.tolist() == [1, 57, 58, 59]
    assert len(pairs(found)) == 3


def test_only_links_of_the_types_are_followed() -> None:
    assert around(GivenLinks(CHAIN), [1], Reach(), type_=LinkType.MANUAL).nodes.tolist() == [1]


def test_notes_without_links_stay_alone() -> None:
    found = around(GivenLinks(CHAIN), [9, 8, 9], Reach(steps=3))
    assert (found.nodes.tolist(), pairs(found)) == ([8, 9], [])


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15), st.floats(0.1, 1)), max_size=60),
    st.sets(st.integers(0, 15), min_size=1, max_size=5),
    st.integers(1, 6),
    st.integers(0, 4),
    st.integers(5, 20),
)
def test_every_edge_joins_two_notes_of_the_neighbourhood(
    drawn: list[tuple[int, int, float]], rows: set[int], per_note: int, steps: int, nodes: int
) -> None:
    unique = {(low, high): weight for low, high, weight in drawn if low < high}
    links = GivenLinks([(low, high, weight) for (low, high), weight in unique.items()])
    found = around(links, sorted(rows), Reach(per_note=per_note, steps=steps, nodes=nodes))
    ends = pairs(found)
    assert len(ends) == len(set(ends))
    assert {row for pair in ends for row in pair} <= set(found.nodes.tolist())
    assert rows <= set(found.nodes.tolist())
    assert len(found.nodes) <= max(nodes, len(rows))
