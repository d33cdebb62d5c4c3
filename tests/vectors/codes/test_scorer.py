"""Rows are scored as float16 multiplied exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.codes import RowScorer
from memsvc_stores.vectors.layout import row_bytes


def rows_of(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    count, dimension = vectors.shape
    rows = np.zeros((count, row_bytes(dimension) // 2), np.float16)
    rows[:, :dimension] = vectors
    return rows.view(np.uint8)


@pytest.mark.parametrize("dimension", [5, 100, 384, 784, 1536])
def test_scores_come_in_the_order_of_rows(dimension: int, gaussians) -> None:
    vectors, query = gaussians(70, dimension), gaussians(1, dimension, seed=1)[0]
    scorer = RowScorer(dimension)
    scorer.buffer(70)[:] = rows_of(vectors)
    expected = vectors.astype(np.float16).astype(np.float32) @ query
    np.testing.assert_allclose(scorer.score(query, 70), expected, atol=1e-6)


def test_the_best_come_first(gaussians) -> None:
    vectors, query = gaussians(300), gaussians(1, seed=1)[0]
    scorer = RowScorer(384)
    scorer.buffer(300)[:] = rows_of(vectors)
    numbers, scores = scorer.top(query, 300, 10)
    assert numbers.tolist() == np.argsort(-scorer.score(query, 300))[:10].tolist()
    np.testing.assert_array_equal(scores, scorer.score(query, 300)[numbers])


def test_only_the_first_rows_are_scored(gaussians) -> None:
    scorer = RowScorer(384)
    scorer.buffer(100)[:] = rows_of(gaussians(100))
    assert len(scorer.score(gaussians(1)[0], 40)) == 40
    assert scorer.top(gaussians(1)[0], 40, 100)[0].max() < 40


def test_no_rows_have_no_scores() -> None:
    scorer = RowScorer(384)
    assert len(scorer.score(np.ones(384, np.float32), 0)) == 0


def test_room_grows_and_an_old_buffer_stays_valid(gaussians) -> None:
    scorer = RowScorer(384)
    old = scorer.buffer(10)
    scorer.buffer(3_000)[:] = rows_of(gaussians(3_000))
    old[:] = 7
    query = gaussians(1, seed=1)[0]
    np.testing.assert_allclose(scorer.score(query, 3_000), gaussians(3_000) @ query, atol=1e-3)
