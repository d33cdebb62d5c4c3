"""Decay: notes that were long not told or recalled rank lower; nothing is hidden by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from memsvc.domain.policies import RetentionPolicy
from memsvc.ports.ranking import Candidates, Ranked
from memsvc.ports.retrieval import Retriever
from memsvc.ports.storage import Reader

__all__ = ["decayed", "lowered", "retained"]


def retained(age: timedelta, strength: int, *, half_life: timedelta) -> float:
    """Return R = exp(-age / (tau * strength)) with tau = half_life / ln 2; 1 for a negative age.

    That is MemoryBank's formula as in its paper: a stronger note fades more slowly.
    """
    return math.exp2(-max(age / half_life, 0.0) / strength)


def lowered(ranked: Ranked, retention: Mapping[int, float], *, weight: float) -> Ranked:
    """Return the notes by score - weight * (1 - R), ties in their old order; R of a row that is missing is 1."""
    kept = np.array([retention.get(row, 1.0) for row in ranked.rows.tolist()])
    scores = ranked.scores - weight * (1.0 - kept)
    order = np.argsort(-scores, kind="stable")
    return Ranked(ranked.rows[order], scores[order].astype(np.float32))


def decayed(
    retriever: Retriever, reader: Reader, candidates: Candidates, policy: RetentionPolicy, *, now: datetime
) -> Candidates:
    """Return the candidates reordered by what is retained of each; exactly as they were without a weight."""
    if not policy.decay_weight or policy.half_life_days is None:
        return candidates
    half_life = timedelta(days=policy.half_life_days)
    strengths = reader.strengths.of_rows(candidates.fused.rows.tolist())
    kept = {each.row: retained(now - each.used_at, each.total, half_life=half_life) for each in strengths}
    return retriever.reordered(candidates, lowered(candidates.fused, kept, weight=policy.decay_weight))
