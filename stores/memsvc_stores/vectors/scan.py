"""Exact search of a snapshot: a float32 BLAS scan finds candidates, float64 scores them.

The order of float32 results depends on where an entry lies in memory; the float64 pass does not, so that equal
texts tie exactly and base, tail and filtered searches give the same scores.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import DimensionMismatch
from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc.ports.ranking import Ranked, Rows
from memsvc_stores.vectors.segment import Positions, Segment, Snapshot

__all__ = ["checked_query", "top"]

_BLOCK = 4096
# A gathered entry costs about three scanned ones.
_GATHER_BELOW = 1 / 3
_LOST = -math.inf

Scores = NDArray[np.float32]


def checked_query(query: Vector, model: Model) -> tuple[Vector, float]:
    """Return the query as contiguous float32 and its length; raise DimensionMismatch when it is unusable."""
    vector = np.ascontiguousarray(query, np.float32)
    if vector.shape != (model.dimension,):
        raise DimensionMismatch(
            f"the query vector has shape {vector.shape}; the namespace's model {model.id} has "
            f"{model.dimension} dimensions: embed the query with that model"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(vector @ vector)
    if not math.isfinite(square):
        raise DimensionMismatch("the query vector is not finite: embed the query again")
    return vector, math.sqrt(square)


def top(snapshot: Snapshot, query: Vector, *, length: float, k: int, allowed: Rows | None) -> Ranked:
    """Return the k best notes of a snapshot; see VectorIndex.search. `length` is the query's L2 norm."""
    if k < 1:
        return Ranked.empty()
    scores, positions = _scan(snapshot, query, allowed)
    # Twice the worst rounding error of a float32 dot product of this length, and as much again.
    margin = query.size * 2.0**-22 * length
    chosen = _candidates(snapshot, scores, positions, k=k, margin=margin)
    if not chosen.size:
        return Ranked.empty()
    places = chosen if positions is None else positions[chosen]
    rows = _rows(snapshot, places)
    exact = _exact(snapshot, places, query.astype(np.float64))
    order = np.lexsort((rows, -exact))
    if snapshot.several:
        order = order[np.sort(np.unique(rows[order], return_index=True)[1])]
    order = order[:k]
    return Ranked(rows[order], exact[order])


def _scan(snapshot: Snapshot, query: Vector, allowed: Rows | None) -> tuple[Scores, Positions | None]:
    """Return scores and, unless they are of all entries in order, the entries' positions (base, then tail)."""
    base, tail = snapshot.base, snapshot.tail
    if allowed is None:
        if not base.rows.size:
            return _visible_scores(tail, query), None
        if not tail.rows.size:
            return _visible_scores(base, query), None
        return np.concatenate((_visible_scores(base, query), _visible_scores(tail, query))), None
    if not base.rows.size:
        return _allowed_scores(tail, query, allowed)
    base_scores, base_places = _allowed_scores(base, query, allowed)
    tail_scores, tail_places = _allowed_scores(tail, query, allowed)
    places = np.concatenate((base_places, tail_places + len(base)))
    return np.concatenate((base_scores, tail_scores)), places


def _visible_scores(segment: Segment, query: Vector) -> Scores:
    scores: Scores = segment.matrix @ query
    if segment.veiled:
        scores[~segment.visible] = _LOST
    return scores


def _allowed_scores(segment: Segment, query: Vector, allowed: Rows) -> tuple[Scores, Positions]:
    places = segment.find(allowed)
    places = places[segment.alive[places]]
    if places.size > len(segment) * _GATHER_BELOW:
        return (segment.matrix @ query)[places], places
    scores = np.empty(places.size, np.float32)
    for start in range(0, places.size, _BLOCK):
        block = places[start : start + _BLOCK]
        np.dot(segment.matrix[block], query, out=scores[start : start + block.size])
    return scores, places


def _candidates(
    snapshot: Snapshot, scores: Scores, positions: Positions | None, *, k: int, margin: float
) -> Positions:
    """Return, ascending, indices into `scores` that hold every entry which may be a note's best of the top k."""
    count = 2 * k if snapshot.several else k
    while count < scores.size:
        floor = float(np.partition(scores, scores.size - count)[scores.size - count])
        if floor == _LOST:
            break
        chosen = (scores >= floor - margin).nonzero()[0]
        if not snapshot.several:
            return chosen
        places = chosen if positions is None else positions[chosen]
        if np.unique(_rows(snapshot, places)).size >= k:
            return chosen
        count *= 4
    return (scores > _LOST).nonzero()[0]


def _exact(snapshot: Snapshot, places: Positions, query: NDArray[np.float64]) -> Scores:
    if places.size <= _BLOCK:
        return _dots(_vectors(snapshot, places), query)
    blocks = (places[start : start + _BLOCK] for start in range(0, places.size, _BLOCK))
    return np.concatenate([_dots(_vectors(snapshot, block), query) for block in blocks])


def _dots(vectors: Matrix, query: NDArray[np.float64]) -> Scores:
    # Not BLAS, whose sums depend on a row's place in the matrix.
    scores: Scores = np.add.reduce(vectors * query, axis=1).astype(np.float32)
    return scores


def _rows(snapshot: Snapshot, places: Positions) -> Rows:
    if not snapshot.base.rows.size:
        return snapshot.tail.rows[places]
    edge = int(np.searchsorted(places, len(snapshot.base)))
    tail = snapshot.tail.rows[places[edge:] - len(snapshot.base)]
    return np.concatenate((snapshot.base.rows[places[:edge]], tail))


def _vectors(snapshot: Snapshot, places: Positions) -> Matrix:
    if not snapshot.base.rows.size:
        return snapshot.tail.matrix[places]
    edge = int(np.searchsorted(places, len(snapshot.base)))
    tail = snapshot.tail.matrix[places[edge:] - len(snapshot.base)]
    return np.concatenate((snapshot.base.matrix[places[:edge]], tail))
