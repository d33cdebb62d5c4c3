"""A bit-faithful replica of the official flat-bm25: rank_bm25's BM25Okapi over `text.split(" ")`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["OfficialBm25"]

_K1 = 1.5
_B = 0.75
_EPSILON = 0.25


class OfficialBm25:
    """BM25Okapi with k1 1.5, b .75, epsilon .25; every float operation in the original's order."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(text.split(" ")) for text in texts]
        lengths = [counts.total() for counts in self._counts]
        self._norm = 1 - _B + _B * np.array(lengths) / (sum(lengths) / len(lengths))
        frequencies: Counter[str] = Counter()
        for counts in self._counts:
            frequencies.update(counts.keys())
        self._frequencies = frequencies
        self._by_frequency = self._idf_values(len(texts))

    def _idf_values(self, documents: int) -> dict[int, float]:
        """Return the idf of each document frequency, negative ones floored at epsilon times the mean."""
        values = {
            df: math.log(documents - df + 0.5) - math.log(df + 0.5) for df in set(self._frequencies.values())
        }
        total = 0.0
        # Not sum(): from Python 3.12 on it compensates rounding, which the original's loop does not.
        for df in self._frequencies.values():
            total += values[df]
        floor = _EPSILON * (total / len(self._frequencies))
        return {df: floor if value < 0 else value for df, value in values.items()}

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return one score per document; a repeated query word counts each time."""
        score = np.zeros(len(self._counts))
        parts: dict[str, NDArray[np.float64]] = {}
        for word in query.split(" "):
            if word not in parts:
                parts[word] = self._part(word)
            score += parts[word]
        return score

    def _part(self, word: str) -> NDArray[np.float64]:
        df = self._frequencies.get(word, 0)
        idf = self._by_frequency[df] if df else 0.0
        frequency = np.array([counts.get(word, 0) for counts in self._counts])
        part: NDArray[np.float64] = idf * (frequency * (_K1 + 1) / (frequency + _K1 * self._norm))
        return part

    def ranking(self, query: str) -> list[int]:
        """Return document indices, best first, with the original's order of ties."""
        return [int(index) for index in np.argsort(self.scores(query))[::-1]]
