"""Golden values that the official code gave (reference protocol of LongMemEval's retrieval metrics)."""

from __future__ import annotations

import math

import pytest

from memsvc_evals.longmemeval.metrics import rank_scores, reciprocal_rank
from memsvc_evals.longmemeval.turn2session import effective_cut, session_part


@pytest.mark.parametrize(("rank", "expected"), [(1, 1.0), (2, 1.0), (3, 0.6309), (4, 0.5), (5, 0.4307)])
def test_official_ndcg_weighs_ranks_one_and_two_alike(rank: int, expected: float) -> None:
    ids = [f"d{i}" for i in range(10)]
    ranking = [*range(1, rank), 0, *range(rank, 10)]
    assert rank_scores(ranking, {"d0"}, ids, 10)["ndcg_any"] == pytest.approx(expected, abs=5e-5)


def test_gold_at_ranks_one_and_three() -> None:
    ids = ["g1", "x", "g2", "y", "z"]
    at5 = rank_scores([0, 1, 2, 3, 4], {"g1", "g2"}, ids, 5)
    assert (at5["recall_any"], at5["recall_all"]) == (1.0, 1.0)
    assert at5["ndcg_any"] == pytest.approx(0.8155, abs=5e-5)
    assert at5["ndcg_log2"] == pytest.approx(0.9197, abs=5e-5)


def test_gold_at_ranks_one_and_three_cut_at_one() -> None:
    ids = ["g1", "x", "g2", "y", "z"]
    at1 = rank_scores([0, 1, 2, 3, 4], {"g1", "g2"}, ids, 1)
    assert (at1["recall_any"], at1["recall_all"], at1["ndcg_any"]) == (1.0, 0.0, 1.0)
    assert at1["recall"] == 0.5


def test_without_gold_recall_any_is_zero_and_recall_all_is_one() -> None:
    scores = rank_scores([0, 1], frozenset(), ["a", "b"], 2)
    assert (scores["recall_any"], scores["recall_all"], scores["ndcg_any"]) == (0.0, 1.0, 0.0)


def test_duplicate_gold_ids_count_in_the_ideal_gain() -> None:
    ids = ["answer_a", "b", "c", "answer_a", "answer_a"]
    scores = rank_scores([3, 1, 0, 2, 4], {"answer_a"}, ids, 5)
    assert (scores["recall_any"], scores["recall_all"]) == (1.0, 1.0)
    assert scores["ndcg_any"] == pytest.approx(0.7836, abs=5e-5)


@pytest.mark.parametrize(("k", "expected"), [(1, (0, 0, 0)), (2, (0, 0, 0)), (3, (0, 0, 0)), (4, (1, 1, 0.4307))])
def test_turn_to_session_takes_a_wrong_turn_of_the_right_session_for_another_session(
    k: int, expected: tuple[float, float, float]
) -> None:
    ids = [session_part(i) for i in ["s1_1", "s1_3", "s2_1", "answer_x_1_1", "noans_x_1_3", "s3_1"]]
    ranking = [0, 1, 2, 4, 3, 5]
    scores = rank_scores(ranking, {"answer_x_1"}, ids, effective_cut(ranking, ids, k))
    found = (scores["recall_any"], scores["recall_all"], scores["ndcg_any"])
    assert found == pytest.approx(expected, abs=5e-5)


def test_effective_cut_ends_at_the_ranking_when_there_are_fewer_sessions() -> None:
    assert effective_cut([0, 1, 2], ["a", "a", "b"], 50) == 50
    assert effective_cut([0, 1, 2], ["a", "a", "b"], 3) == 3
    assert effective_cut([0, 1, 2], ["a", "a", "b"], 2) == 3


def test_reciprocal_rank_is_that_of_the_first_gold() -> None:
    assert reciprocal_rank([2, 0, 1], {"b", "a"}, ["a", "b", "c"]) == 0.5
    assert reciprocal_rank([2], {"a"}, ["a", "b", "c"]) == 0.0


def test_usual_ndcg_differs_from_the_official_one() -> None:
    scores = rank_scores([1, 0], {"a"}, ["a", "b"], 2)
    assert scores["ndcg_log2"] == pytest.approx(1 / math.log2(3))
    assert scores["ndcg_any"] == 1.0
