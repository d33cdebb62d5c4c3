"""Dividing the vectors of a full posting in two."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix

__all__ = ["halves", "unit"]

Mask: TypeAlias = NDArray[np.bool_]

ROUNDS: Final = 6
LEAST: Final = 0.2


def unit(vectors: Matrix, fallback: Matrix) -> Matrix:
    """Return the vectors at length 1; those without a direction become the fallback's row."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 1e-6, vectors / np.maximum(lengths, 1e-6), fallback).astype(np.float32)


def halves(vectors: Matrix) -> Mask:
    """Say which vectors go to the second half; both halves have at least a fifth of them.

    2-means from far seeds; an unbalanced result is cut at the median difference of the two scores, and
    identical vectors are cut by position, so that no vector is lost and each half has room.
    """
    count = len(vectors)
    seeds = vectors[[0, int(np.argmin(vectors @ vectors[0]))]]
    lead = vectors @ (seeds[1] - seeds[0])
    second: Mask = lead > 0
    for _ in range(ROUNDS - 1):
        taken = int(np.count_nonzero(second))
        if taken in (0, count):
            break
        weights = np.stack((~second, second)).astype(np.float32)
        centres = unit(weights @ vectors, seeds)
        lead = vectors @ (centres[1] - centres[0])
        moved: Mask = lead > 0
        if np.array_equal(moved, second):
            break
        second = moved
    if LEAST * count <= np.count_nonzero(second) <= (1 - LEAST) * count:
        return second
    # A stable order by lead cuts at the median; where all leads are equal it is the order of position.
    cut: Mask = np.zeros(count, np.bool_)
    cut[np.argsort(lead, kind="stable")[count // 2 :]] = True
    return cut
