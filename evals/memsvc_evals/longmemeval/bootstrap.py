"""Means with percentile bootstrap intervals, and paired tests."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["SEED", "bootstrap_ci95", "paired_bootstrap", "sign_test"]

SEED = 7
_RESAMPLES = 2000


def bootstrap_ci95(values: NDArray[np.float64], *, seed: int = SEED) -> NDArray[np.float64]:
    """Return the 95 % interval of each column's mean, shape (columns, 2); rows are resampled together.

    All columns share the resamples, so that the intervals of two metrics are comparable.
    """
    return _ci95(_resampled_means(values, seed))


def paired_bootstrap(
    differences: NDArray[np.float64], *, seed: int = SEED
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each column of paired differences, the 95 % interval of the mean and a two-sided p.

    p is twice the smaller share of resampled means on either side of 0, with one added to count and total: it is
    never 0, and 1 where all differences are.
    """
    means = _resampled_means(differences, seed)
    below, above = (means <= 0).sum(axis=0), (means >= 0).sum(axis=0)
    p = np.minimum(1.0, 2 * (1 + np.minimum(below, above)) / (1 + _RESAMPLES))
    return _ci95(means), p


def _resampled_means(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    rows = len(values)
    random = np.random.default_rng(seed)
    weights = random.multinomial(rows, np.full(rows, 1.0 / rows), size=_RESAMPLES)
    means: NDArray[np.float64] = weights @ values / rows
    return means


def _ci95(means: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.percentile(means, [2.5, 97.5], axis=0).T


def sign_test(ours: Sequence[float], theirs: Sequence[float]) -> tuple[int, int, float]:
    """Return (wins, losses, two-sided exact p) of paired values; ties are left out.

    For values of 0 and 1 it is McNemar's exact test.
    """
    wins = sum(a > b for a, b in zip(ours, theirs, strict=True))
    losses = sum(a < b for a, b in zip(ours, theirs, strict=True))
    decided = wins + losses
    tail = sum(math.comb(decided, i) for i in range(min(wins, losses) + 1)) / 2**decided
    return wins, losses, min(1.0, 2 * tail)
