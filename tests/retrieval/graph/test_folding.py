"""Thoughts lift their sources, and are not among what is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_retrieval.graph.folding import Folding, fold_thoughts

HALF = Folding(share=0.5)


def folded(scores: dict[int, float], pairs: list[tuple[int, int]], folding: Folding = HALF) -> dict[int, float]:
    rows = np.array(sorted(scores), np.int64)
    joined = np.array(pairs, np.int64).reshape(len(pairs), 2)
    found, values, _ = fold_thoughts(
        rows,
        np.array([scores[row] for row in rows.tolist()]),
        thoughts=joined[:, 0],
        sources=joined[:, 1],
        folding=folding,
    )
    assert found.tolist() == sorted(found.tolist())
    return dict(zip(found.tolist(), values.tolist(), strict=True))


def test_a_source_comes_half_way_to_its_thought() -> None:
    assert folded({1: 0.2, 2: 0.5, 9: 0.6}, [(9, 1)]) == {1: pytest.approx(0.4), 2: 0.5}


def test_the_best_of_several_thoughts_counts() -> None:
    assert folded({1: 0.2, 7: 0.3, 8: 0.8, 9: 0.6}, [(7, 1), (8, 1), (9, 1)]) == {1: pytest.approx(0.5)}


def test_a_thought_lifts_all_its_sources() -> None:
    assert folded({1: 0.2, 2: 0.4, 9: 0.6}, [(9, 1), (9, 2)]) == {1: pytest.approx(0.4), 2: pytest.approx(0.5)}


def test_a_thought_that_is_farther_lowers_nothing() -> None:
    assert folded({1: 0.7, 9: 0.1}, [(9, 1)]) == {1: 0.7}


def test_a_source_that_only_its_thought_found_begins_at_the_lowest_score() -> None:
    assert folded({2: 0.2, 9: 0.6}, [(9, 1)]) == {1: pytest.approx(0.4), 2: 0.2}


def test_the_share_says_how_far() -> None:
    assert folded({1: 0.5, 9: 0.9}, [(9, 1)], Folding(share=0.25)) == {1: pytest.approx(0.6)}


def test_pairs_of_thoughts_that_were_not_found_do_nothing() -> None:
    assert folded({1: 0.5}, [(9, 1), (9, 2)]) == {1: 0.5}


def test_nothing_is_folded_into_nothing() -> None:
    assert folded({}, []) == {}


@given(
    st.dictionaries(st.integers(0, 9), st.floats(0, 1), min_size=1),
    st.lists(st.tuples(st.integers(100, 105), st.integers(0, 9)), max_size=12),
    st.dictionaries(st.integers(100, 105), st.floats(0, 1)),
)
def test_nothing_sinks_and_no_thought_stays(
    rounds: dict[int, float], pairs: list[tuple[int, int]], thoughts: dict[int, float]
) -> None:
    pairs += [(thought, 0) for thought in thoughts]
    found = folded(rounds | thoughts, pairs, Folding())
    assert set(found) == set(rounds) | {source for thought, source in pairs if thought in thoughts}
    assert all(found[row] >= score for row, score in rounds.items())
