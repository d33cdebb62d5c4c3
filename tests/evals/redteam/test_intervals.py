"""Intervals of shares against published values."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_evals.redteam.intervals import clopper_pearson, mean_ci95


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [
        (0, 300, 0.0, 0.01222),
        (3, 150, 0.00414, 0.05733),
        (1, 10, 0.00253, 0.44502),
        (10, 10, 0.69150, 1.0),
        (50, 100, 0.39832, 0.60168),
    ],
)
def test_the_exact_interval_of_a_share(events: int, trials: int, low: float, high: float) -> None:
    assert clopper_pearson(events, trials) == pytest.approx((low, high), abs=2e-5)


def test_nothing_is_known_without_trials() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_zeros_alone_do_not_prove_zero() -> None:
    assert mean_ci95(np.zeros(30)) == clopper_pearson(0, 30)


def test_parts_of_a_whole_are_resampled() -> None:
    rows = np.array([0.0, 0.5, 1.0] * 20)
    low, high = mean_ci95(rows)
    assert 0.3 < low < 0.5 < high < 0.7
