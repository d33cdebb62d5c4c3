"""Numbers in a sorted list, by a table or by look-up, as a set says."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.membership import among, dense

GENERATOR = np.random.default_rng(2)
NUMBERS = np.concatenate((GENERATOR.integers(-50, 3_000, 500), [-(1 << 62), 1 << 62]))


@pytest.mark.parametrize("step", [1, 3, 200])
@pytest.mark.parametrize("numbers", [NUMBERS, NUMBERS[:2], NUMBERS[:0]])
def test_numbers_are_told_from_others(step, numbers):
    listed = np.arange(5, 2_000, step)
    assert among(listed, numbers).tolist() == [number in set(listed.tolist()) for number in numbers.tolist()]


def test_a_list_of_few_numbers_far_apart_is_not_dense():
    assert dense(np.arange(0, 1_000, 10))
    assert not dense(np.array([0, 1 << 40]))
