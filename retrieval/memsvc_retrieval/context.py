"""What the session around a short note adds to its score.

A short turn ("Yes, last June!") answers the one before it; a long round stands by itself, and lending it what its
neighbours score would only blur it (docs/longmemeval.md has both measured).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Rows
from memsvc.ports.storage import Places

__all__ = ["ContextWeights", "in_context", "openness", "usual_openness"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ContextWeights:
    """Weights chosen on LoCoMo's development conversations.

    A note of up to `short` indexed words leans on its neighbours in full, one of `long` or more not at all.
    `beside` and `beyond` are what notes at a distance of one and two turns lend, `session` what the best one of
    the session does, `length` how much more a note with many words says.
    """

    short: float = 25.0
    long: float = 50.0
    beside: float = 0.4
    beyond: float = 0.2
    session: float = 0.3
    length: float = 0.5


def openness(places: Places, weights: ContextWeights) -> Scores:
    """Return for each note how far it leans on others, from 0 (long) to 1 (short)."""
    gate: Scores = np.clip((weights.long - places.words) / (weights.long - weights.short), 0.0, 1.0)
    return gate


def usual_openness(places: Places, weights: ContextWeights) -> float:
    """Return how far a note of the namespace's average length leans on others."""
    return float(np.clip((weights.long - places.mean_words) / (weights.long - weights.short), 0.0, 1.0))


def in_context(scores: Scores, places: Places, weights: ContextWeights) -> Scores:
    """Return positive scores, parallel to `places`, raised by what neighbours and session lend."""
    gate = openness(places, weights)
    order = np.lexsort((places.positions, places.sessions))
    lent = _lent(scores[order], gate[order], places.sessions[order], places.positions[order], weights)
    raised = np.empty(len(scores))
    raised[order] = lent
    usual = np.log1p(max(places.mean_words, 1.0))
    longer: Scores = 1 + weights.length * np.log1p(places.words) / usual
    return raised * longer


def _lent(
    scores: Scores,
    gate: Scores,
    sessions: Rows,
    positions: Rows,
    weights: ContextWeights,
) -> Scores:
    """Return the raised scores of notes in the order of their sessions and positions."""
    raised = scores.copy()
    placed = (sessions >= 0) & (positions >= 0)
    for step in (1, 2):
        first, second = np.arange(len(scores) - step), np.arange(step, len(scores))
        together = (sessions[first] == sessions[second]) & placed[first] & placed[second]
        distance = np.where(together, positions[second] - positions[first], 0)
        share = np.select([distance == 1, distance == 2], [weights.beside, weights.beyond], 0.0)
        share *= np.minimum(gate[first], gate[second])
        raised[first] += share * scores[second]
        raised[second] += share * scores[first]
    starts = np.flatnonzero(np.r_[True, sessions[1:] != sessions[:-1]])
    best = np.repeat(np.maximum.reduceat(raised, starts), np.diff(np.r_[starts, len(scores)]))
    return raised + weights.session * gate * np.where(sessions >= 0, best, 0.0)
