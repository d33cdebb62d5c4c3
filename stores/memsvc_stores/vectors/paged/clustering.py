"""Balanced hierarchical clustering of unit vectors: coarse cells, then groups of about a posting inside each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.layout import Indices

__all__ = ["Cells", "VectorReader", "coarse_cells", "halves", "k_means", "unit"]

_SAMPLED = 200
_COARSE_ROUNDS = 8
_CHUNK = 16_384
_SEED = 7

Labels = NDArray[np.int32]


class VectorReader(Protocol):
    """Reads vectors (len(index), dimension) as float32; the whole is never in memory."""

    def __call__(self, index: Indices, /) -> Matrix: ...


@dataclass(frozen=True, slots=True)
class Cells:
    """Coarse centroids, and the cell of each vector, in the order of the vectors."""

    centroids: Matrix
    of: Labels

    def members(self) -> Iterator[Indices]:
        """Yield the places of each cell's vectors, cell by cell."""
        order = np.argsort(self.of, kind="stable")
        yield from np.split(order, np.searchsorted(self.of[order], np.arange(1, len(self.centroids))))


def coarse_cells(read: VectorReader, rows: Indices, cells: int) -> Cells:
    """Cluster a sample of rows, and assign all of them to the cells, a chunk at a time."""
    picked = np.random.default_rng(_SEED).permutation(len(rows))[: _SAMPLED * cells]
    centroids = k_means(unit(read(rows[np.sort(picked)])), cells, rounds=_COARSE_ROUNDS)
    of = np.empty(len(rows), np.int32)
    for start in range(0, len(rows), _CHUNK):
        of[start : start + _CHUNK] = _nearest(unit(read(rows[start : start + _CHUNK])), centroids)
    return Cells(centroids, of)


def k_means(vectors: Matrix, count: int, *, rounds: int) -> Matrix:
    """Return at most `count` unit centroids of unit vectors by spherical k-means, the same on each run."""
    import faiss

    if count >= len(vectors):
        return vectors.copy()
    trainer: Any = faiss.Kmeans(
        vectors.shape[1],
        count,
        niter=rounds,
        spherical=True,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=1 << 20,
    )
    trainer.train(vectors)
    return unit(trainer.centroids)


def halves(vectors: Matrix, *, rounds: int = 6) -> NDArray[np.bool_]:
    """Divide unit vectors in two by 2-means from far seeds, no side under a fifth; True is the second half.

    When 2-means is more uneven than that, or finds one cluster only, the vectors are halved in the order of how
    much nearer they are to the one side, which for identical vectors is by position.
    """
    heads: Matrix = np.stack((vectors[0], vectors[int(np.argmin(vectors @ vectors[0]))]))
    second = np.zeros(len(vectors), np.bool_)
    for _ in range(rounds):
        scores = vectors @ heads.T
        second = scores[:, 1] > scores[:, 0]
        if second.all() or not second.any():
            break
        heads = unit(np.stack((vectors[~second].mean(axis=0), vectors[second].mean(axis=0))))
    if not 0.2 * len(vectors) <= int(np.count_nonzero(second)) <= 0.8 * len(vectors):
        scores = vectors @ heads.T
        order = np.argsort(scores[:, 1] - scores[:, 0], kind="stable")
        second = np.zeros(len(vectors), np.bool_)
        second[order[len(order) // 2 :]] = True
    return second


def unit(vectors: Matrix) -> Matrix:
    """Return vectors of length one; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: Matrix = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)
    return normalised


def _nearest(vectors: Matrix, centroids: Matrix) -> Labels:
    import faiss

    _, found = faiss.knn(vectors, centroids, 1, metric=faiss.METRIC_INNER_PRODUCT)
    labels: Labels = found[:, 0].astype(np.int32)
    return labels
