"""Intervals of shares."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.longmemeval.bootstrap import bootstrap_ci95

__all__ = ["clopper_pearson", "mean_ci95"]

_TAIL = 0.025
_STEPS = 60


def clopper_pearson(events: int, trials: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share (Clopper & Pearson 1934); (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    low = 0.0 if not events else _root(lambda p: 1.0 - _at_most(events - 1, trials, p), rising=True)
    high = 1.0 if events == trials else _root(lambda p: _at_most(events, trials, p), rising=False)
    return low, high


def mean_ci95(rows: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of the rows' mean: exact where all rows are 0 or 1, else by bootstrap.

    A bootstrap of nothing but zeros would say that it cannot be anything else.
    """
    whole = np.rint(rows)
    if bool(np.isclose(rows, whole, atol=1e-9).all()) and bool(np.isin(whole, (0.0, 1.0)).all()):
        return clopper_pearson(int(whole.sum()), len(rows))
    ((low, high),) = bootstrap_ci95(rows.reshape(len(rows), 1))
    return float(low), float(high)


def _at_most(events: int, trials: int, p: float) -> float:
    """Return the binomial probability of so many events or fewer."""
    if p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 0.0
    whole, yes, no = lgamma(trials + 1), log(p), log(1.0 - p)
    terms = (
        exp(whole - lgamma(k + 1) - lgamma(trials - k + 1) + k * yes + (trials - k) * no)
        for k in range(events + 1)
    )
    return min(1.0, sum(terms))


def _root(tail: Callable[[float], float], *, rising: bool) -> float:
    """Return the share at which a monotonous tail is 2.5 %."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (tail(middle) < _TAIL) is rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
