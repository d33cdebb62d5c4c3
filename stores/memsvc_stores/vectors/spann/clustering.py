"""Balanced k-means: distance plus a price on clusters that are larger than their share (SPANN, section 3.2.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.spann.options import SpannOptions
from memsvc_stores.vectors.spann.source import Ids, Matrix, Vectors, blocks, take

__all__ = ["divide", "nearest_to_mean"]

_ROUNDS = 8
# Counts are brought up to date this often within a pass, so that no cluster is filled by one step.
_STEPS = 16
_LARGEST_STEP = 4096

Labels = NDArray[np.intp]


def divide(
    vectors: Vectors, members: Ids, k: int, *, options: SpannOptions, rng: np.random.Generator
) -> list[Ids]:
    """Divide members into k or fewer groups of like sizes, none empty; identical vectors may stay one group."""
    few = members.size <= options.samples_number
    sample = members if few else np.sort(rng.choice(members, options.samples_number, replace=False))
    points = take(vectors, sample)
    centres = points[rng.choice(sample.size, min(k, sample.size), replace=False)]
    for _ in range(_ROUNDS):
        labels = _Assignment(centres, options.bkt_lambda_factor).labels(points)
        centres = _means(points, labels, centres)
    assignment = _Assignment(centres, options.bkt_lambda_factor)
    parts = [assignment.labels(take(vectors, members[block])) for block in blocks(members.size)]
    labels = np.concatenate(parts)
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(np.bincount(labels, minlength=len(centres)))
    return [group for group in np.split(members[order], ends[:-1]) if group.size]


def nearest_to_mean(vectors: Vectors, members: Ids) -> int:
    """Return the member that is nearest to the mean of all."""
    if members.size < 3:
        return int(members[0])
    points = take(vectors, members)
    offsets = points - points.mean(axis=0, dtype=np.float32)
    return int(members[np.argmin(np.einsum("ij,ij->i", offsets, offsets))])


class _Assignment:
    """Gives points to centres, batch after batch, and remembers how many each has got."""

    def __init__(self, centres: Matrix, price: float) -> None:
        self._centres = centres
        self._squares = np.einsum("ij,ij->i", centres, centres)
        self._counts = np.zeros(len(centres), np.int64)
        self._price = price

    def labels(self, points: Matrix) -> Labels:
        step = min(_LARGEST_STEP, max(8, len(points) // _STEPS))
        return np.concatenate([self._step(points[block]) for block in blocks(len(points), step)])

    def _step(self, points: Matrix) -> Labels:
        distances = self._squares - 2 * (points @ self._centres.T)
        distances += np.einsum("ij,ij->i", points, points)[:, None]
        given = self._counts.sum()
        if given:
            unit = float(np.maximum(distances.min(axis=1), 0).mean()) * self._price
            distances += (unit * (self._counts * (len(self._counts) / given) - 1)).astype(np.float32)
        chosen: Labels = distances.argmin(axis=1)
        self._counts += np.bincount(chosen, minlength=len(self._counts))
        return chosen


def _means(points: Matrix, labels: Labels, centres: Matrix) -> Matrix:
    """Return the mean of each label's points; a label without any keeps its centre."""
    member = np.zeros((len(centres), len(points)), np.float32)
    member[labels, np.arange(len(points))] = 1
    counts = member.sum(axis=1, keepdims=True)
    means = (member @ points) / np.maximum(counts, 1)
    return np.where(counts > 0, means, centres)
