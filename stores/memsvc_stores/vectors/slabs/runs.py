"""Runs of physical pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Run", "joined", "pages_of", "runs_of"]


class Run(NamedTuple):
    """Neighbouring physical pages of one slab."""

    first: int
    count: int  # type: ignore[assignment] # a tuple's own count is of no use for runs


def runs_of(pages: NDArray[np.generic]) -> list[Run]:
    """Return distinct page numbers as the fewest runs, ascending."""
    if not pages.size:
        return []
    ordered = np.sort(pages).astype(np.int64)
    breaks = np.flatnonzero(np.diff(ordered) != 1) + 1
    starts = np.concatenate(([0], breaks))
    counts = np.diff(np.concatenate((starts, [ordered.size])))
    return [Run(first, count) for first, count in zip(ordered[starts].tolist(), counts.tolist(), strict=True)]


def joined(runs: Iterable[Run]) -> list[Run]:
    """Return disjoint runs as the fewest runs, ascending."""
    result: list[Run] = []
    for run in sorted(runs):
        if result and result[-1].first + result[-1].count == run.first:
            result[-1] = Run(result[-1].first, result[-1].count + run.count)
        else:
            result.append(run)
    return result


def pages_of(runs: Iterable[Run]) -> NDArray[np.uint32]:
    """Return the page numbers of runs, in their order."""
    parts = [np.arange(run.first, run.first + run.count, dtype=np.uint32) for run in runs]
    return np.concatenate(parts) if parts else np.empty(0, np.uint32)
