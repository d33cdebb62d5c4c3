"""Choice of the heads: hierarchical balanced clustering, then the data point nearest to each cluster's mean."""

from __future__ import annotations

import numpy as np

from memsvc_stores.vectors.spann.clustering import divide, nearest_to_mean
from memsvc_stores.vectors.spann.options import SpannOptions
from memsvc_stores.vectors.spann.source import Ids, Vectors, take

__all__ = ["choose_heads", "without_twins"]


def choose_heads(vectors: Vectors, options: SpannOptions) -> Ids:
    """Return about n * ratio ids, ascending; no two of them have the same vector."""
    rng = np.random.default_rng(options.seed)
    heads: list[int] = []
    waiting = [np.arange(vectors.shape[0], dtype=np.int64)]
    while waiting:
        members = waiting.pop()
        wanted = round(members.size * options.ratio)
        groups = [members]
        if wanted > 1:
            groups = divide(vectors, members, min(wanted, options.bkt_kmeans_k), options=options, rng=rng)
        if len(groups) == 1:
            heads.append(nearest_to_mean(vectors, members))
        else:
            waiting.extend(groups)
    return without_twins(vectors, np.array(heads, np.int64))


def without_twins(vectors: Vectors, ids: Ids) -> Ids:
    """Return ids ascending, one for each distinct vector: a graph of twins has places that no search comes to."""
    ids = np.unique(ids)
    rows = take(vectors, ids)
    whole = rows.view(np.dtype((np.void, rows.shape[1] * 4))).ravel()
    return ids[np.sort(np.unique(whole, return_index=True)[1])]
