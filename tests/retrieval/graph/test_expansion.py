"""What links add to what was found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.graph.expansion import LinkUse, expand
from memsvc_retrieval.graph.neighbourhood import Reach
from tests.retrieval.graph.edges import GivenLinks

USE = LinkUse()


def expanded(scores: dict[int, float], links: GivenLinks, use: LinkUse = USE) -> dict[int, float]:
    rows = np.array(sorted(scores), np.int64)
    found, raised, _ = expand(rows, np.array([scores[row] for row in rows.tolist()]), links, use)
    return dict(zip(found.tolist(), raised.tolist(), strict=True))


def test_without_links_nothing_changes() -> None:
    scores = {1: 0.5, 2: 0.4}
    assert expanded(scores, GivenLinks([(7, 8, 1.0)])) == scores


def test_what_is_linked_to_the_best_note_passes_one_that_is_not() -> None:
    found = expanded({1: 0.9, 2: 0.401, 3: 0.4}, GivenLinks([(1, 3, 1.0)]))
    assert found[3] > found[2]


def test_a_note_that_only_a_link_leads_to_is_found() -> None:
    found = expanded({1: 0.9, 2: 0.3}, GivenLinks([(1, 5, 1.0)]), replace(USE, seeds=1))
    assert found[5] == pytest.approx(0.3 + USE.weight * np.sqrt(0.5))


def test_only_the_best_notes_are_followed() -> None:
    scores = {row: 1.0 - row / 100 for row in range(30)}
    assert expanded(scores, GivenLinks([(25, 26, 1.0), (25, 99, 1.0)]), replace(USE, seeds=20)) == scores


def test_a_link_adds_at_most_the_weight() -> None:
    scores = dict.fromkeys(range(10), 0.5)
    found = expanded(scores, GivenLinks([(low, low + 1, 0.7) for low in range(9)]))
    assert max(found.values()) == pytest.approx(0.5 + USE.weight)


@given(
    st.dictionaries(st.integers(0, 20), st.floats(-1, 1), min_size=1),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.floats(0.1, 1)), max_size=60),
)
def test_nothing_sinks_or_is_lost(scores: dict[int, float], drawn: list[tuple[int, int, float]]) -> None:
    unique = {(low, high): weight for low, high, weight in drawn if low < high}
    links = GivenLinks([(low, high, weight) for (low, high), weight in unique.items()])
    found = expanded(scores, links, LinkUse(seeds=5, reach=Reach(per_note=3, steps=2)))
    assert found.keys() >= scores.keys()
    lowest = min(scores.values())
    assert all(
        scores.get(row, lowest) <= score <= scores.get(row, lowest) + USE.weight + 1e-9
        for row, score in found.items()
    )
