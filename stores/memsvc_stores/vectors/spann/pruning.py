"""Query-aware pruning: which of the nearest lists are worth reading (SPANN, section 3.3.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["near_enough"]

# Below this the code does not prune: the query lies on a head.
_LEAST_LIMIT = 0.1


def near_enough(
    squared: NDArray[np.float32], *, eps2: float | None, max_dist_ratio: float | None
) -> NDArray[np.bool_]:
    """Say which heads to read, from their squared distances in ascending order; the first always.

    Paper: d(q, c) <= (1 + eps2) d(q, c1) on plain distances. Code: squared distance at most `max_dist_ratio`
    times the first, when that limit is over 0.1. None does not prune.
    """
    kept = np.ones(squared.shape, np.bool_)
    if eps2 is not None:
        kept &= squared <= squared[0] * np.float32((1 + eps2) ** 2)
    if max_dist_ratio is not None:
        limit = squared[0] * np.float32(max_dist_ratio)
        if limit > _LEAST_LIMIT:
            kept &= squared <= limit
    return kept
