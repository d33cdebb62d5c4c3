"""Closure: to which heads a vector goes (SPANN, section 3.2.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.spann.graph import HeadGraph
from memsvc_stores.vectors.spann.options import SpannOptions
from memsvc_stores.vectors.spann.source import Ids, Matrix, Vectors, blocks, take

__all__ = ["assign", "chosen_candidates"]

_BLOCK = 256


def assign(vectors: Vectors, graph: HeadGraph, heads: Matrix, options: SpannOptions) -> list[Ids]:
    """Return the ids in each head's posting, ascending; every id is in one at least."""
    candidates = min(options.internal_result_num, len(heads))
    owners: list[Ids] = []
    members: list[Ids] = []
    for block in blocks(vectors.shape[0], _BLOCK):
        distances, found = graph.nearest(take(vectors, block), candidates)
        near = heads[np.maximum(found, 0)]
        chosen = chosen_candidates(distances, _between(near), options=options) & (found >= 0)
        rows, columns = np.nonzero(chosen)
        owners.append(found[rows, columns])
        members.append(rows + block.start)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner, minlength=len(heads)))
    return np.split(np.concatenate(members)[order], ends[:-1])


def chosen_candidates(distances: Matrix, between: Matrix, *, options: SpannOptions) -> NDArray[np.bool_]:
    """Choose among candidates (b, c), nearest first: distance rule, RNG rule, then the first `replica_count`.

    `distances` are squared, from each of b vectors; `between` (b, c, c) are squared, among its candidates.
    """
    limit = (1 + options.eps1) ** 2 * distances[:, :1]
    closed = distances > limit
    chosen = np.zeros(distances.shape, np.bool_)
    left = np.full(len(distances), options.replica_count)
    for column in range(distances.shape[1]):
        taken = ~closed[:, column] & (left > 0)
        chosen[:, column] = taken
        left -= taken
        closed |= taken[:, None] & (options.rng_factor * between[:, :, column] <= distances)
    return chosen


def _between(near: Matrix) -> Matrix:
    """Return the squared distances among candidates (b, c, d) as (b, c, c)."""
    products = near @ near.transpose(0, 2, 1)
    squares = np.einsum("bii->bi", products)
    apart: Matrix = squares[:, :, None] + squares[:, None, :] - 2 * products
    return np.maximum(apart, 0, out=apart)
