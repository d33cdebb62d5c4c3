"""Arms joined by their scores."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.ports.ranking import Ranked
from memsvc_retrieval.blend import BlendWeights, blend

WEIGHTS = BlendWeights(whole=0.25, nearest=0.75, drawn=0.125, lexical_user=0.5, lexical_all=0.5)


def arm(scores: dict[int, float]) -> Ranked:
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return Ranked(np.array([row for row, _ in best], np.int64), np.array([s for _, s in best], np.float32))


def blended(arms: dict[str, dict[int, float]], *, drawn: bool = True) -> dict[int, float]:
    rows, scores = blend({name: arm(scores) for name, scores in arms.items()}, WEIGHTS, drawn=drawn)
    return dict(zip(rows.tolist(), scores.tolist(), strict=True))


def test_rows_of_all_arms_come_once_and_ascending() -> None:
    rows, scores = blend(
        {"dense": arm({7: 0.9, 2: 0.5}), "lexical_all": arm({9: 3.0, 2: 1.0})}, WEIGHTS, drawn=True
    )
    assert (rows.tolist(), len(scores)) == ([2, 7, 9], 3)


def test_nothing_is_found_by_no_arm() -> None:
    rows, scores = blend({}, WEIGHTS, drawn=True)
    assert (rows.tolist(), rows.dtype, scores.tolist()) == ([], np.int64, [])


def test_arms_without_hits_find_nothing() -> None:
    assert blended({"dense": {}, "drawn": {}, "lexical_user": {}, "lexical_all": {}}) == {}


def test_the_better_of_whole_and_drawn_counts_as_nearest() -> None:
    found = blended({"dense": {1: 0.5, 2: 0.5}, "drawn": {1: 0.75, 2: 0.25}})
    assert found == pytest.approx({1: 0.25 * 0.5 + 0.75 * (0.75 + 0.125), 2: 0.25 * 0.5 + 0.75 * 0.5})


def test_a_note_from_which_nothing_was_drawn_loses_nothing() -> None:
    assert blended({"dense": {1: 0.5}, "drawn": {2: 0.1}})[1] == pytest.approx(0.5)


def test_what_was_drawn_counts_no_more_than_the_whole_when_the_question_says_so() -> None:
    found = blended({"dense": {1: 0.5}, "drawn": {1: 0.75}}, drawn=False)
    assert found == pytest.approx({1: 0.25 * 0.5 + 0.75 * 0.75})


def test_a_note_that_only_words_find_counts_as_the_last_of_the_dense_arm() -> None:
    found = blended({"dense": {1: 0.8, 2: 0.4}, "drawn": {1: 0.8, 2: 0.4}, "lexical_user": {3: 2.0, 2: 2.0}})
    assert found[3] == pytest.approx((0.4 + 0.5) / 1.5)


def test_each_list_of_words_is_scaled_by_its_best() -> None:
    found = blended({"lexical_user": {1: 8.0, 2: 2.0}, "lexical_all": {2: 0.5}})
    assert found == pytest.approx({1: 0.5, 2: 0.5 * 0.25 + 0.5})


@pytest.mark.parametrize("name", ["lexical_user", "lexical_all"])
def test_a_note_that_leads_all_words_scores_one(name: str) -> None:
    assert blended({name: {1: 8.0, 2: 2.0}}) == pytest.approx({1: 1.0, 2: 0.25})


@given(st.dictionaries(st.integers(1, 30), st.floats(-1, 1), max_size=9), st.floats(0.1, 30), st.booleans())
def test_scores_have_a_bound(dense: dict[int, float], best: float, drawn: bool) -> None:
    words = {row: best / row for row in range(1, 6)}
    arms = {"dense": dense, "drawn": dense, "lexical_user": words, "lexical_all": words}
    assert max(blended(arms, drawn=drawn).values()) <= (2 + 0.75 * 0.125) / 2 + 1e-6


@given(st.integers(1, 6), st.sampled_from(["dense", "drawn", "lexical_user"]), st.floats(0.01, 0.1))
def test_a_higher_score_in_an_arm_never_lowers_a_note_against_others(row: int, name: str, more: float) -> None:
    arms = {
        "dense": {n: 0.5 - n / 20 for n in range(1, 7)},
        "drawn": {n: 0.3 + n / 20 for n in range(1, 7)},
        "lexical_user": {n: 3.0 - n / 3 for n in range(1, 7)},
    }
    before = blended(arms)
    arms[name][row] += more
    after = blended(arms)
    assert all(after[row] - after[n] >= before[row] - before[n] - 1e-6 for n in before)
