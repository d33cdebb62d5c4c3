"""Which postings a vector belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from memsvc.ports.embedding import Matrix, Vector
from memsvc_stores.vectors.layout import Indices

__all__ = ["MARGIN", "choose"]

SQUARED_SLACK: Final = 1.69
# Heads nearer to each other than this, squared, are one as far as float16 can tell.
SAME: Final = 1e-3
MARGIN: Final = 1e-4


def choose(vector: Vector, near: Indices, heads: Matrix, *, replicas: int, held: Sequence[int] = ()) -> list[int]:
    """Return the nearest of the postings `near` with these heads and, with `replicas` 2, maybe one more.

    Where scores are about equal, the postings in `held` come first, so that equal vectors do not wander.

    The second is taken by SPANN's closure (arXiv 2111.08566): within (1 + .3) times the distance of the first,
    and nearer to the vector than to the first head.
    """
    scores = heads @ vector
    for posting in held:
        scores[near == posting] += MARGIN
    best = int(scores.argmax())
    chosen = [int(near[best])]
    if replicas < 2 or len(near) < 2:
        return chosen
    # Squared distances of vectors of length one.
    length = float(np.sqrt(vector @ vector)) or 1.0
    distances = 2.0 - (2.0 / length) * scores
    between = 2.0 - 2.0 * (heads @ heads[best])
    fit = (distances <= SQUARED_SLACK * distances[best]) & (between > distances + SAME)
    fit[best] = False
    if fit.any():
        chosen.append(int(near[np.where(fit, distances, np.inf).argmin()]))
    return chosen
