"""Split-conformal p-values: how rare a detector's score is among benign texts of the same sort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from memsvc.domain.notes import Kind

__all__ = [
    "LENGTH_BUCKETS",
    "BenignScores",
    "KindClass",
    "LengthBucket",
    "benjamini_hochberg",
    "combine",
    "kind_class",
    "length_bucket",
    "length_bucket_of",
]

KindClass = Literal["round", "statement", "document"]
LengthBucket = Literal["short", "medium", "long", "very_long"]
LENGTH_BUCKETS: tuple[LengthBucket, ...] = ("short", "medium", "long", "very_long")

_SHORT_WORDS = 12
_MEDIUM_WORDS = 60
_LONG_WORDS = 120
_TOP_KEPT = 128
_STEPS_BELOW = 64
_CLASS_OF_KIND: dict[Kind, KindClass] = {
    Kind.ROUND: "round",
    Kind.FACT: "statement",
    Kind.THOUGHT: "statement",
    Kind.SUMMARY: "document",
    Kind.DOCUMENT: "document",
}


@dataclass(frozen=True, slots=True)
class BenignScores:
    """Benign scores, sorted, of which large samples keep the highest one by one and the others by steps.

    `below[i]` is how many scores are <= `values[i]`, at least; `count` is the size of the sample.
    """

    values: NDArray[np.float32]
    below: NDArray[np.uint32]

    @classmethod
    def of(cls, scores: ArrayLike) -> BenignScores:
        """Return the sketch of a sample of at least one finite score."""
        ordered = np.sort(np.asarray(scores, dtype=np.float32))
        if ordered.ndim != 1 or not len(ordered) or not np.isfinite(ordered).all():
            raise ValueError("benign scores are a list of at least one finite number")
        count = len(ordered)
        top = np.arange(max(0, count - _TOP_KEPT), count)
        steps = np.linspace(0, count - 1, _STEPS_BELOW).astype(np.int64)
        kept = np.unique(np.concatenate((steps, top)))
        return cls(ordered[kept], (kept + 1).astype(np.uint32))

    @property
    def count(self) -> int:
        """Return how many scores the sketch stands for."""
        return int(self.below[-1])

    def p_value(self, score: float) -> float:
        """Return p = (1 + #{benign >= score}) / (n + 1), rounded up where the sketch has a gap.

        If the score and the benign ones are exchangeable, P(p <= a) <= a for every a (Vovk et al. 2005).
        """
        under = int(np.searchsorted(self.values, np.float32(score), side="left"))
        surely_under = int(self.below[under - 1]) if under else 0
        return (1 + self.count - surely_under) / (self.count + 1)

    def threshold(self, alpha: float) -> float:
        """Return the highest benign score whose p-value is over alpha: what exceeds it has p <= alpha.

        Infinite where the sample is too small for any p-value to be as low as alpha.
        """
        over = [float(value) for value in self.values if self.p_value(np.nextafter(value, np.inf)) <= alpha]
        return min(over, default=float("inf"))


def combine(prior: BenignScores | None, own: BenignScores | None, *, enough: int = 200) -> BenignScores | None:
    """Return the scores to judge by: a namespace's own once it has enough, else the shipped ones.

    They are never pooled: a mixture of two sources is exchangeable with neither.
    """
    if own is not None and (own.count >= enough or prior is None):
        return own
    return prior


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return for each p-value the q-value: the false-discovery rate at which it is just rejected.

    Step-up procedure of Benjamini & Hochberg (1995); it holds for conformal p-values that share a calibration, as
    these depend on one another positively (Bates et al. 2023, theorem 2).
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * len(values) / np.arange(1, len(values) + 1)
    q_values = np.empty_like(values)
    q_values[order] = np.minimum.accumulate(np.minimum(steps, 1.0)[::-1])[::-1]
    return [float(each) for each in q_values]


def length_bucket(text: str) -> LengthBucket:
    """Return the bucket of a text: up to 12 words, up to 60, up to 120, or more."""
    return length_bucket_of(len(text.split(maxsplit=_LONG_WORDS + 1)))


def length_bucket_of(words: int) -> LengthBucket:
    """Return the bucket of a text of so many words."""
    if words <= _SHORT_WORDS:
        return "short"
    if words <= _MEDIUM_WORDS:
        return "medium"
    return "long" if words <= _LONG_WORDS else "very_long"


def kind_class(kind: Kind) -> KindClass:
    """Return the class of a kind of note: rounds, short statements (facts, thoughts), or documents."""
    return _CLASS_OF_KIND[kind]
