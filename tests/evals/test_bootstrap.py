from __future__ import annotations

import numpy as np
import pytest

from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95, paired_bootstrap, sign_test


def test_interval_is_the_same_for_the_same_seed() -> None:
    values = np.random.default_rng(1).random((50, 2))
    assert bootstrap_ci95(values).tolist() == bootstrap_ci95(values).tolist()


def test_interval_of_a_constant_is_a_point() -> None:
    assert bootstrap_ci95(np.ones((20, 1)))[0].tolist() == pytest.approx([1.0, 1.0])


def test_interval_of_a_fair_coin_has_the_width_of_its_standard_error() -> None:
    low, high = bootstrap_ci95(np.array([[0.0], [1.0]] * 200))[0].tolist()
    assert (low, high) == pytest.approx((0.451, 0.549), abs=0.01)


def test_sign_test_leaves_ties_out() -> None:
    assert sign_test([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0]) == (5, 0, 0.0625)
    assert sign_test([1, 0], [1, 0]) == (0, 0, 1.0)


def test_paired_bootstrap_of_equal_values_has_p_one() -> None:
    intervals, p = paired_bootstrap(np.zeros((20, 1)))
    assert (intervals.tolist(), p.tolist()) == ([[0.0, 0.0]], [1.0])


def test_paired_bootstrap_of_a_clear_difference_has_the_least_p() -> None:
    _, p = paired_bootstrap(np.full((20, 1), -0.1))
    assert p.tolist() == [2 / 2001]


def test_paired_bootstrap_of_no_difference_in_the_mean_has_a_large_p() -> None:
    _, p = paired_bootstrap(np.array([[-1.0], [1.0]] * 50))
    assert p[0] > 0.9
