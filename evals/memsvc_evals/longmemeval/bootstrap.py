"""Means with percentile bootstrap intervals, and a paired sign test."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["SEED", "bootstrap_ci95", "sign_test"]

SEED = 7
_RESAMPLES = 2000


def bootstrap_ci95(values: NDArray[np.float64], *, seed: int = SEED) -> NDArray[np.float64]:
    """Return the 95 % interval of each column's mean, shape (columns, 2); rows are resampled together.

    All columns share the resamples, so that the intervals of two metrics are comparable.
    """
    rows = len(values)
    random = np.random.default_rng(seed)
    weights = random.multinomial(rows, np.full(rows, 1.0 / rows), size=_RESAMPLES)
    means = weights @ values / rows
    return np.percentile(means, [2.5, 97.5], axis=0).T


def sign_test(ours: Sequence[float], theirs: Sequence[float]) -> tuple[int, int, float]:
    """Return (wins, losses, two-sided exact p) of paired values; ties are left out."""
    wins = sum(a > b for a, b in zip(ours, theirs, strict=True))
    losses = sum(a < b for a, b in zip(ours, theirs, strict=True))
    decided = wins + losses
    tail = sum(math.comb(decided, i) for i in range(min(wins, losses) + 1)) / 2**decided
    return wins, losses, min(1.0, 2 * tail)
