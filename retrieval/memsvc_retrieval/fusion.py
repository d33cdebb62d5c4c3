"""Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from memsvc.ports.ranking import Ranked

__all__ = ["reciprocal_rank_fusion"]


def reciprocal_rank_fusion(arms: Mapping[str, Ranked], weights: Mapping[str, float], *, k: float) -> Ranked:
    """Fuse ranked arms: score(d) = sum over arms of weight / (k + rank of d), rank from 1.

    Scores are divided by the best that a note could reach, so that they lie in (0, 1]. Ties by ascending row.
    """
    present = {name: arm for name, arm in arms.items() if len(arm.rows)}
    if not present:
        return Ranked.empty()
    rows = np.concatenate([arm.rows for arm in present.values()])
    parts = [weights[name] / (k + np.arange(1, len(arm.rows) + 1)) for name, arm in present.items()]
    unique, inverse = np.unique(rows, return_inverse=True)
    best = sum(weights[name] for name in arms) / (k + 1)
    scores = np.bincount(inverse, weights=np.concatenate(parts)) / best
    order = np.argsort(-scores, kind="stable")
    return Ranked(unique[order], scores[order].astype(np.float32))
