"""A classifier of sentences that tell an agent what to do: instructions hidden in what should be a memory."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.payload_features import HASHED, NAMES, Pieces, read_pieces
from memsvc.guard.words import Words

__all__ = ["HASHED_FACTOR", "PayloadModel"]

HASHED_FACTOR = 4.0
"""Hashed features of a piece count this over the square root of how many they are; named ones count 1."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PayloadModel:
    """Logistic regression over hashed words and named features of a piece of text."""

    weights: NDArray[np.float32]
    bias: float

    def examine(self, text: str | Words) -> Finding:
        """Return the probability that the most suspicious piece of a text is an instruction to an agent."""
        pieces = read_pieces(text)
        if pieces is None:
            return NOTHING_FOUND
        logits = self.logits(pieces)
        worst = int(np.argmax(logits))
        start, end = pieces.spans[worst].tolist()
        return Finding(1.0 / (1.0 + exp(-float(logits[worst]))), (start, end), self._why(pieces.named[worst]))

    def logits(self, pieces: Pieces) -> NDArray[np.float64]:
        """Return the logit of each piece."""
        first, last = pieces.ranges.T
        hashed = _sums(self.weights[pieces.singles], first, last) + _sums(
            self.weights[pieces.pairs], first, last - 1
        )
        named = pieces.named.astype(np.float32) @ self.weights[HASHED:]
        logits: NDArray[np.float64] = self.bias + HASHED_FACTOR * hashed / np.sqrt(2 * (last - first) - 1) + named
        return logits

    def _why(self, named: NDArray[np.bool_]) -> str:
        weights = np.where(named, self.weights[HASHED:], 0.0)
        strongest = [NAMES[place] for place in np.argsort(-weights, kind="stable")[:_SHOWN] if weights[place] > 0]
        return "reads like an instruction to an agent" + (f": {', '.join(strongest)}" if strongest else "")


def _sums(values: NDArray[np.float32], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    found: NDArray[np.float64] = sums[last] - sums[first]
    return found
