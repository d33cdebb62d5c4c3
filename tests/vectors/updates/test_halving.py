from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from memsvc_stores.vectors.paged.updates.halving import halves, unit


def test_two_groups_are_told_apart(notes) -> None:
    vectors = np.repeat(np.eye(2, 8, dtype=np.float32), 32, axis=0) + 0.01 * notes(64, seed=1, dimension=8)
    second = halves(vectors)
    assert set(second[:32].tolist()) != set(second[32:].tolist())
    assert len(set(second[:32].tolist())) == 1


def test_identical_vectors_are_cut_by_position() -> None:
    second = halves(np.tile(np.float32([0.6, 0.8]), (64, 1)))
    assert np.flatnonzero(second).tolist() == list(range(32, 64))


def test_one_far_vector_does_not_get_a_posting_of_its_own() -> None:
    vectors = np.tile(np.float32([1, 0, 0]), (64, 1))
    vectors[5] = [0, 1, 0]
    assert np.count_nonzero(halves(vectors)) == 32


@given(arrays(np.float32, (64, 3), elements=st.floats(-1, 1, width=32)))
def test_no_half_is_under_a_fifth(vectors: np.ndarray) -> None:
    assert 12 < np.count_nonzero(halves(vectors)) < 52


def test_a_mean_without_direction_becomes_the_fallback() -> None:
    means, fallback = np.float32([[0, 0], [3, 4]]), np.float32([[1, 0]])
    assert unit(means, fallback).round(6).tolist() == [[1, 0], np.float32([0.6, 0.8]).tolist()]
