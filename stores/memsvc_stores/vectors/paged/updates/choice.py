"""Which postings a vector belongs to."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Vector
from memsvc_stores.vectors.layout import Indices
from memsvc_stores.vectors.paged.updates.heads import Heads

__all__ = ["choose"]

SQUARED_SLACK: Final = 1.69
# Heads nearer to each other than this, squared, are one as far as float16 can tell.
SAME: Final = 1e-3


def choose(heads: Heads, vector: Vector, rotated: Vector, *, among: int, replicas: int) -> list[int]:
    """Return the nearest posting, best first, and with `replicas` 2 maybe one more.

    The `among` nearest heads by code are scored in full. The second is taken by SPANN's closure (arXiv
    2111.08566): within (1 + .3) times the distance of the first, and nearer to the vector than to the first head.
    """
    near: Indices = heads.nearest(rotated, among)
    full = heads.full(near)
    scores = full @ vector
    best = int(np.argmax(scores))
    chosen = [int(near[best])]
    if replicas < 2 or len(near) < 2:
        return chosen
    length = float(np.sqrt(vector @ vector)) or 1.0
    # Squared distances of vectors of length one.
    distances = 2.0 - 2.0 * scores / length
    between = 2.0 - 2.0 * (full @ full[best])
    fit = (distances <= SQUARED_SLACK * distances[best]) & (between > distances + SAME)
    fit[best] = False
    if fit.any():
        chosen.append(int(near[np.argmin(np.where(fit, distances, np.inf))]))
    return chosen
