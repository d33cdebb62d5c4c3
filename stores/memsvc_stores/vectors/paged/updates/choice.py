"""Which postings vectors belong to."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.layout import Indices

__all__ = ["MARGIN", "NONE", "choose"]

NONE: Final = -1
SQUARED_SLACK: Final = 1.69
# Heads nearer to each other than this, squared, are one as far as float16 can tell.
SAME: Final = 1e-3
MARGIN: Final = 1e-4


def choose(
    vectors: Matrix, near: Indices, heads: Matrix, *, replicas: int, held: Indices | None = None
) -> Indices:
    """Return (len(vectors), 2): of the postings `near` with these heads the nearest, and with `replicas` 2 maybe
    one more, else NONE.

    Where scores are about equal, the postings in `held` (len(vectors), 2) come first, so that equal vectors do not
    wander. The second is taken by SPANN's closure (arXiv 2111.08566): within (1 + .3) times the distance of the
    first, and nearer to the vector than to the first head.
    """
    scores = vectors @ heads.T
    if held is not None:
        scores += np.float32(MARGIN) * (near == held[:, :, None]).any(axis=1)
    best = scores.argmax(axis=1)
    chosen = np.full((len(vectors), 2), NONE, np.intp)
    chosen[:, 0] = near[best]
    if replicas < 2 or len(near) < 2:
        return chosen
    # Squared distances of vectors of length one.
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    lengths[lengths == 0.0] = 1.0
    distances = 2.0 - (2.0 / lengths)[:, None] * scores
    between = 2.0 - 2.0 * (heads[best] @ heads.T)
    each = np.arange(len(vectors))
    fit = (distances <= SQUARED_SLACK * distances[each, best, None]) & (between > distances + SAME)
    fit[each, best] = False
    second = np.where(fit, distances, np.inf).argmin(axis=1)
    chosen[:, 1] = np.where(fit[each, second], near[second], NONE)
    return chosen
