"""Search of a snapshot: float32 scores of the tail and of what the base finds, then float64 for the best.

The order of float32 results depends on where an entry lies in memory; the float64 pass does not, so that equal
texts tie exactly and base, tail and filtered searches give the same scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.errors import DimensionMismatch
from memsvc.ports.embedding import Model, Vector
from memsvc.ports.ranking import Ranked, Rows, Within
from memsvc_stores.vectors.base import Coded
from memsvc_stores.vectors.scores import Scores, dots
from memsvc_stores.vectors.segment import Positions, Segment
from memsvc_stores.vectors.snapshot import Snapshot

__all__ = ["checked_query", "top"]

_BLOCK = 4096
# A gathered entry costs about three scanned ones.
_GATHER_BELOW = 1 / 3
_LOST = -math.inf
_LONGEST = float(np.finfo(np.float32).max)


def checked_query(query: Vector, model: Model) -> tuple[Vector, float]:
    """Return the query as contiguous float32 and its length; raise DimensionMismatch when it is unusable."""
    vector = np.ascontiguousarray(query, np.float32)
    if vector.shape != (model.dimension,):
        raise DimensionMismatch(
            f"the query vector has shape {vector.shape}; the namespace's model {model.id} has "
            f"{model.dimension} dimensions: embed the query with that model"
        )
    # In float64, where no square of a finite number overflows.
    wide = vector.astype(np.float64)
    square = float(wide @ wide)
    if not square <= _LONGEST:
        raise DimensionMismatch("the query vector is not finite: embed the query again")
    return vector, math.sqrt(square)


def top(
    snapshot: Snapshot,
    coded: Coded,
    *,
    length: float,
    k: int,
    allowed: Rows | None,
    within: Within | None,
) -> Ranked:
    """Return the k best notes of a snapshot; see VectorIndex.search. `length` is the query's L2 norm."""
    if k < 1:
        return Ranked.empty()
    # Twice the worst rounding error of a float32 dot product of this length, and as much again.
    margin = coded.query.size * 2.0**-22 * length
    tail = _tail(snapshot, coded.query, allowed, within)
    keep = 2 * k if snapshot.several else k
    while True:
        base = _base(snapshot, coded, keep=keep, margin=margin, allowed=allowed, within=within)
        pools = [pool for pool in (base, tail) if pool.scores.size]
        floor = _floor(pools, k, several=snapshot.several)
        if floor > _LOST or base.scores.size < keep:
            return _ranked(pools, floor - margin, coded.query.astype(np.float64), k, several=snapshot.several)
        keep *= 4


@dataclass(frozen=True, slots=True)
class _Pool:
    """Candidates from one place: their notes, float32 scores, and how to score some of them exactly."""

    notes: Rows
    scores: Scores
    exact: Callable[[Positions, NDArray[np.float64]], Scores]


def _tail(snapshot: Snapshot, query: Vector, allowed: Rows | None, within: Within | None) -> _Pool:
    tail = snapshot.tail
    if not len(tail):
        return _Pool(tail.rows, np.empty(0, np.float32), lambda _at, _wanted: np.empty(0, np.float32))
    if allowed is None and within is None and not tail.veiled:
        return _Pool(tail.rows, tail.matrix @ query, lambda at, wanted: _exact_scores(tail, at, wanted))
    places = tail.visible.nonzero()[0] if allowed is None else tail.find(allowed)
    if allowed is not None:
        places = places[tail.alive[places]]
    if within is not None:
        places = places[within.holds(tail.times[places])]
    scores = _scores_at(tail, query, places)
    return _Pool(tail.rows[places], scores, lambda at, wanted: _exact_scores(tail, places[at], wanted))


def _base(
    snapshot: Snapshot, coded: Coded, *, keep: int, margin: float, allowed: Rows | None, within: Within | None
) -> _Pool:
    base = snapshot.base
    if base is None:
        nothing = np.empty(0, np.float32)
        return _Pool(np.empty(0, np.int64), nothing, lambda _at, _wanted: nothing)
    found = base.best(coded, keep=keep, allowed=allowed, within=within)
    if not snapshot.several and found.scores.size > keep:
        # What is worse than the k-th by more than rounding is not among the best, whatever the tail has.
        found = found.first(int(np.searchsorted(-found.scores, margin - found.scores[keep - 1], side="right")))
    notes = base.rows.notes(found.rows)
    return _Pool(notes, found.scores, lambda at, wanted: base.rows.exact(wanted, found.items[at]))


def _scores_at(segment: Segment, query: Vector, places: Positions) -> Scores:
    if places.size > len(segment) * _GATHER_BELOW:
        scores: Scores = (segment.matrix @ query)[places]
        return scores
    scores = np.empty(places.size, np.float32)
    for start in range(0, places.size, _BLOCK):
        block = places[start : start + _BLOCK]
        np.dot(segment.matrix[block], query, out=scores[start : start + block.size])
    return scores


def _floor(pools: Sequence[_Pool], k: int, *, several: bool) -> float:
    """Return the k-th best score of distinct notes, minus infinity when there are fewer."""
    if not pools:
        return _LOST
    scores = np.concatenate([pool.scores for pool in pools])
    count = k
    while scores.size >= count:
        floor = float(np.partition(scores, scores.size - count)[scores.size - count])
        if not several:
            return floor
        notes = np.concatenate([pool.notes for pool in pools])
        if np.unique(notes[scores >= floor]).size >= k:
            return floor
        if count == scores.size:
            return _LOST
        count = min(4 * count, scores.size)
    return _LOST


def _ranked(pools: Sequence[_Pool], floor: float, query: NDArray[np.float64], k: int, *, several: bool) -> Ranked:
    """Score exactly what may be a note's best of the top k, and keep each note once."""
    if not pools:
        return Ranked.empty()
    chosen = [(pool.scores >= floor).nonzero()[0] for pool in pools]
    notes = np.concatenate([pool.notes[at] for pool, at in zip(pools, chosen, strict=True)])
    exact = np.concatenate([pool.exact(at, query) for pool, at in zip(pools, chosen, strict=True)])
    order = np.lexsort((notes, -exact))
    if several:
        order = order[np.sort(np.unique(notes[order], return_index=True)[1])]
    order = order[:k]
    return Ranked(notes[order], exact[order])


def _exact_scores(segment: Segment, places: Positions, query: NDArray[np.float64]) -> Scores:
    """Return the scores of entries, in float64 until the end."""
    blocks = (places[start : start + _BLOCK] for start in range(0, places.size, _BLOCK))
    return np.concatenate([dots(segment.matrix[block], query) for block in blocks] or [np.empty(0, np.float32)])
