"""Fusion by scores: a weighted sum of similarities and of BM25, each list of words scaled by its best."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Ranked, Rows

__all__ = ["BlendWeights", "blend"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlendWeights:
    """Weights of `blend`, chosen on LongMemEval's development questions (docs/longmemeval.md).

    `nearest` weighs the better of a note's whole text and of what was drawn from it, to whose cosine `drawn` is
    added: a statement that matches is surer than a long text that does. A note without any loses nothing.
    """

    whole: float = 0.2
    nearest: float = 1.0
    drawn: float = 0.08
    lexical_user: float = 0.15
    lexical_all: float = 0.15

    def share(self, arms: Container[str]) -> float:
        """Return how much of all weights the arms carry, from 0 to 1."""
        dense = self.whole + self.nearest
        carried = ("dense" in arms) * dense
        carried += ("lexical_user" in arms) * self.lexical_user + ("lexical_all" in arms) * self.lexical_all
        return carried / (dense + self.lexical_user + self.lexical_all)


def blend(arms: Mapping[str, Ranked], weights: BlendWeights, *, drawn: bool) -> tuple[Rows, Scores]:
    """Return the rows of all arms, ascending, and the weighted means of their scores, at most 1.06.

    Arms are dense, drawn, lexical_user and lexical_all; those that are missing do not count. `drawn` False says
    that what was drawn counts no more than the whole. A note that the dense arm did not reach counts as its last.
    """
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *(arm.rows for arm in arms.values())]))
    scores, total = np.zeros(len(rows)), 0.0
    if "dense" in arms and len(arms["dense"].rows):
        whole = _spread(arms["dense"], rows, missing=float(arms["dense"].scores[-1]))
        told = _spread(arms.get("drawn", Ranked.empty()), rows, missing=-1.0)
        nearest = np.maximum(whole, told + weights.drawn if drawn else told)
        scores += weights.whole * whole + weights.nearest * nearest
        total += weights.whole + weights.nearest
    for name, weight in (("lexical_user", weights.lexical_user), ("lexical_all", weights.lexical_all)):
        if name in arms and len(arms[name].rows):
            scores += weight / float(arms[name].scores[0]) * _spread(arms[name], rows, missing=0.0)
            total += weight
    return rows, scores / max(total, weights.lexical_user)


def _spread(arm: Ranked, rows: Rows, *, missing: float) -> Scores:
    """Return the arm's scores at `rows` (ascending, among them all of the arm's)."""
    spread = np.full(len(rows), missing)
    spread[np.searchsorted(rows, arm.rows)] = arm.scores
    return spread
