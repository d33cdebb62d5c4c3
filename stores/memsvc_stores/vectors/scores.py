"""The scores that are returned: the same for the same vectors in every form."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scores", "dots"]

Scores: TypeAlias = NDArray[np.float32]


def dots(vectors: NDArray[np.floating], query: NDArray[np.float64]) -> Scores:
    """Return inner products, summed in float64 row by row."""
    # Not BLAS, whose sums depend on a row's place in the matrix.
    scores: Scores = np.add.reduce(vectors * query, axis=1).astype(np.float32)
    return scores
