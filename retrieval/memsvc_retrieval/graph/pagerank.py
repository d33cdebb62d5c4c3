"""Personalised PageRank by power iteration over a sparse matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import InvalidInput
from memsvc.ports.derived import Edges
from memsvc.ports.ranking import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["personalised_pagerank"]

Scores = NDArray[np.float64]

_TOLERANCE = 1e-13
_MOST_ROUNDS = 1_000


def personalised_pagerank(nodes: Rows, edges: Edges, seeds: Scores, *, alpha: float) -> Scores:
    """Return the rank of each node for a walk that follows links with `alpha` and else begins anew at a seed.

    `nodes` are ascending rows among which all ends of `edges` are; `seeds`, parallel to them, says how often the
    walk begins where. Edges between the same two nodes count as one of their summed weight. From a node without
    edges the walk begins anew. The ranks sum to 1 and are those of `networkx.pagerank`. Raises InvalidInput for an
    alpha outside [0, 1) and for seeds that are negative or all zero.
    """
    if not 0 <= alpha < 1:
        raise InvalidInput(f"alpha must be at least 0 and below 1, not {alpha}")
    total = float(seeds.sum())
    if not np.isfinite(total) or total <= 0 or float(seeds.min()) < 0:
        raise InvalidInput("the seeds of a PageRank must be 0 or more each, and not all 0")
    start = seeds / total
    leaving, stuck = _transitions(nodes, edges)
    ranks = start
    for _ in range(_MOST_ROUNDS):
        followed = leaving @ ranks + ranks[stuck].sum() * start
        then = alpha * followed + (1 - alpha) * start
        change = float(np.abs(then - ranks).sum())
        ranks = then
        if change < _TOLERANCE:
            break
    return ranks


def _transitions(nodes: Rows, edges: Edges) -> tuple[csr_array, NDArray[np.bool_]]:
    """Return the matrix whose column j holds where a walk goes from node j, and which nodes it cannot leave."""
    # Here and not at the top: SciPy takes a tenth of a second to load, and most namespaces have no links.
    from scipy.sparse import csr_array

    low, high = np.searchsorted(nodes, edges.low), np.searchsorted(nodes, edges.high)
    weights = np.concatenate([edges.weights, edges.weights])
    ends = np.concatenate([low, high]), np.concatenate([high, low])
    # Entries that are given twice are summed when the matrix is made.
    matrix = csr_array((weights, ends), shape=(len(nodes), len(nodes)))
    degrees = np.asarray(matrix.sum(axis=0)).ravel()
    stuck = degrees == 0
    shares = np.divide(1.0, degrees, out=np.zeros(len(nodes)), where=~stuck)
    matrix.data *= shares[matrix.indices]
    return matrix, stuck
