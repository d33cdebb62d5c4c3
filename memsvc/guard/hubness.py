"""Notes that answer everything: how many unrelated sentinel queries a key would be among the best for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.ports.embedding import Matrix

__all__ = ["HubScale", "Sentinels", "hubness"]

_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Sentinel queries' unit vectors with the cosines of their best cleared notes, ascending; -1 is nobody yet."""

    vectors: Matrix
    best: Matrix

    @staticmethod
    def of(vectors: Matrix, *, depth: int = 10) -> Sentinels:
        """Return sentinels for which no cleared note is known yet."""
        return Sentinels(vectors, np.full((len(vectors), depth), -1.0, dtype=np.float32))

    def with_cleared(self, keys: Matrix) -> Sentinels:
        """Return them with one cleared note more, by the vectors of its keys."""
        merged = np.concatenate([self.best, self._cosines(keys)[:, None]], axis=1)
        return Sentinels(self.vectors, np.sort(merged, axis=1)[:, 1:])

    def entered(self, keys: Matrix) -> int:
        """Return for how many sentinels a note that is not cleared would be among the best."""
        return int(np.count_nonzero(self._cosines(keys) > self.best[:, 0]))

    def held(self, keys: Matrix) -> int:
        """Return for how many sentinels a cleared note is among the best."""
        return int(np.count_nonzero(self._cosines(keys) >= self.best[:, 0]))

    def _cosines(self, keys: Matrix) -> Matrix:
        best: Matrix = (self.vectors @ keys.T).max(axis=1)
        return best


@dataclass(frozen=True, slots=True)
class HubScale:
    """What is usual among cleared notes: median and spread of their counts."""

    median: float
    spread: float

    @staticmethod
    def of(counts: NDArray[np.int64]) -> HubScale:
        """Return the scale of the counts of cleared notes.

        Most notes hold no place at all, which makes the median's absolute deviation 0: the spread is then
        that of as many places given out by chance (HubScan, 2602.22427, has no such floor).
        """
        if not len(counts):
            return HubScale(0.0, 1.0)
        median = float(np.median(counts))
        deviation = _MAD_TO_SIGMA * float(np.median(np.abs(counts - median)))
        return HubScale(median, max(1.0, deviation, float(np.sqrt(counts.mean()))))

    def z(self, count: int) -> float:
        """Return how many spreads a count lies above the median."""
        return (count - self.median) / self.spread


def hubness(keys: Matrix, sentinels: Sentinels, scale: HubScale) -> Finding:
    """Return the robust z-score of the sentinels that a note not yet cleared would be among the best for."""
    count = sentinels.entered(keys)
    if not count:
        return NOTHING_FOUND
    why = f"among the best {sentinels.best.shape[1]} for {count} of {len(sentinels.vectors)} unrelated queries"
    return Finding(max(0.0, scale.z(count)), None, why)
