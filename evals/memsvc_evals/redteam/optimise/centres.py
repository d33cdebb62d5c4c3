"""Where benign texts lie: the centres that a trigger has to lead away from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix

__all__ = ["cluster_centres", "clusters"]


def cluster_centres(vectors: Matrix, count: int, *, seed: int) -> Matrix:
    """Return the means of k-means clusters, shape (at most count, dimension)."""
    owners = clusters(vectors, count, seed=seed)
    return np.stack([vectors[owners == each].mean(0) for each in np.unique(owners)]).astype(np.float32)


def clusters(vectors: Matrix, count: int, *, seed: int, rounds: int = 25) -> NDArray[np.int64]:
    """Return the number of each vector's cluster (Lloyd's method, started from spread-out vectors)."""
    rng = np.random.default_rng(seed)
    chosen = [int(rng.integers(len(vectors)))]
    nearest = _squares(vectors, vectors[chosen])[:, 0]
    while len(chosen) < min(count, len(vectors)) and nearest.sum() > 1e-9:
        chosen.append(int(rng.choice(len(vectors), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, _squares(vectors, vectors[chosen[-1:]])[:, 0])
    centres = vectors[chosen].astype(np.float64)
    owners = np.zeros(len(vectors), np.int64)
    for _ in range(rounds):
        owners = _squares(vectors, centres).argmin(1)
        for each in np.unique(owners):
            centres[each] = vectors[owners == each].mean(0)
    return owners


def _squares(vectors: NDArray[np.floating], centres: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the squared distance of each vector to each centre."""
    flat = vectors.astype(np.float64)
    found = (flat**2).sum(1)[:, None] - 2 * flat @ centres.T + (centres**2).sum(1)[None]
    nearest: NDArray[np.float64] = np.maximum(found, 0.0)
    return nearest
