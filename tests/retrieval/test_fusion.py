"""Reciprocal rank fusion and the ranking of sessions."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.ports.ranking import Ranked
from memsvc_retrieval.fusion import reciprocal_rank_fusion
from memsvc_retrieval.sessions import rank_sessions


def ranked(*rows: int) -> Ranked:
    return Ranked(np.array(rows, np.int64), np.linspace(1, 0.1, len(rows), dtype=np.float32))


def test_scores_are_the_sum_of_weight_over_k_plus_rank() -> None:
    fused = reciprocal_rank_fusion({"a": ranked(1, 2), "b": ranked(2)}, {"a": 1.0, "b": 0.5}, k=10)
    best = 1.5 / 11
    assert fused.rows.tolist() == [2, 1]
    assert fused.scores.tolist() == pytest.approx([(1 / 12 + 0.5 / 11) / best, (1 / 11) / best], rel=1e-6)


def test_a_note_that_leads_every_arm_scores_one() -> None:
    fused = reciprocal_rank_fusion({"a": ranked(5, 6), "b": ranked(5, 7)}, {"a": 1.0, "b": 1.0}, k=10)
    assert fused.scores[0] == 1.0


def test_an_empty_arm_still_counts_in_the_best_possible_score() -> None:
    fused = reciprocal_rank_fusion({"a": ranked(5), "b": ranked()}, {"a": 1.0, "b": 1.0}, k=10)
    assert fused.scores.tolist() == [0.5]


def test_ties_go_to_the_lower_row() -> None:
    fused = reciprocal_rank_fusion({"a": ranked(9), "b": ranked(3)}, {"a": 1.0, "b": 1.0}, k=10)
    assert fused.rows.tolist() == [3, 9]


def test_no_arm_finds_nothing() -> None:
    assert reciprocal_rank_fusion({}, {}, k=10).rows.tolist() == []


def test_a_session_counts_its_best_note_most() -> None:
    rows, weights = np.array([1, 2, 3, 4], np.int64), np.array([1.0, 0.9, 0.8, 0.7])
    sessions = rank_sessions(rows, weights, {1: 10, 2: 20, 3: 20, 4: 10}, decay=0.3)
    assert [(s.session_row, s.note_rows) for s in sessions] == [(10, (1, 4)), (20, (2, 3))]
    assert [s.score for s in sessions] == pytest.approx([1 + 0.3 * 0.7, 0.9 + 0.3 * 0.8], rel=1e-6)


def test_notes_without_a_session_are_no_session() -> None:
    assert rank_sessions(np.array([1], np.int64), np.ones(1), {}, decay=0.3) == ()
