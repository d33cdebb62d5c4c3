"""Heads and postings for all rows of a namespace: clusters, closure, capacity."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.layout import Indices
from memsvc_stores.vectors.paged.closure import CANDIDATES, NONE, Choice, closure
from memsvc_stores.vectors.paged.clustering import VectorReader, coarse_cells, halves, k_means, unit

__all__ = ["Grouping", "group"]

# Rows per posting before replicas; with 1.3 replicas a posting is three quarters full.
_TARGET = 44
_FINE_ROUNDS = 6
# Cells are chosen for each row: with those around the row's own cell a fifth more postings must be read.
_CELLS = 4
_BLOCK = 4096
# A full posting splits at the next insert.
_MOST = 64


@dataclass(frozen=True, slots=True)
class Grouping:
    """Unit heads (n, dimension) as float16, and entries: posting and place of the row, grouped by posting.

    `first` is the posting that each place's row is nearest to.
    """

    heads: NDArray[np.float16]
    postings: NDArray[np.int32]
    places: NDArray[np.int32]
    first: NDArray[np.int32]


def group(read: VectorReader, rows: Indices) -> Grouping:
    """Divide rows into postings of at most 64; each row is in one of them, and may be in a second."""
    cells = coarse_cells(read, rows, max(1, round(math.sqrt(len(rows) / _TARGET))))
    members = list(cells.members())
    fine = [_fine(read, rows[places]) for places in members]
    choice = _choices(read, rows, members, fine, cells.centroids)
    heads = np.concatenate(fine)
    heads, first = _divided(read, rows, heads, choice.first)
    postings, places = _entries(first, choice, len(heads))
    return Grouping(heads, postings, places, first)


def _fine(read: VectorReader, rows: Indices) -> NDArray[np.float16]:
    vectors = unit(read(rows))
    if not len(vectors):
        return vectors.astype(np.float16)
    return k_means(vectors, max(1, -(-len(rows) // _TARGET)), rounds=_FINE_ROUNDS).astype(np.float16)


def _choices(
    read: VectorReader,
    rows: Indices,
    members: list[Indices],
    fine: list[NDArray[np.float16]],
    centroids: Matrix,
) -> Choice:
    """Choose among the heads of the coarse cells that are nearest to each row."""
    count, heads = len(rows), np.concatenate(fine)
    first, second = np.zeros(count, np.int32), np.full(count, NONE, np.int32)
    distance = np.zeros(count, np.float32)
    # Rows of one cell have most of their cells in common.
    for places in members:
        for start in range(0, len(places), _BLOCK):
            some = places[start : start + _BLOCK]
            scores, near = _nearest_heads(unit(read(rows[some])), centroids, fine)
            found = closure(scores, near, heads)
            first[some], second[some], distance[some] = found.first, found.second, found.distance
    return Choice(first, second, distance)


def _nearest_heads(
    vectors: Matrix, centroids: Matrix, fine: list[NDArray[np.float16]]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return inner products with the best heads of each vector's nearest cells, best first, and their numbers."""
    import faiss

    starts = np.concatenate(([0], np.cumsum([len(it) for it in fine])))
    _, cells = faiss.knn(vectors, centroids, min(_CELLS, len(centroids)), metric=faiss.METRIC_INNER_PRODUCT)
    scores = np.full((*cells.shape, CANDIDATES), -np.inf, np.float32)
    near = np.zeros((*cells.shape, CANDIDATES), np.int32)
    for cell in np.unique(cells).tolist():
        wanted = min(CANDIDATES, len(fine[cell]))
        if wanted:
            lines, ranks = (cells == cell).nonzero()
            heads = fine[cell].astype(np.float32)
            found, numbers = faiss.knn(vectors[lines], heads, wanted, metric=faiss.METRIC_INNER_PRODUCT)
            scores[lines, ranks, :wanted], near[lines, ranks, :wanted] = found, numbers + starts[cell]
    scores, near = scores.reshape(len(vectors), -1), near.reshape(len(vectors), -1)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :CANDIDATES]
    return np.take_along_axis(scores, best, axis=1), np.take_along_axis(near, best, axis=1)


def _divided(
    read: VectorReader, rows: Indices, heads: NDArray[np.float16], first: NDArray[np.int32]
) -> tuple[NDArray[np.float16], NDArray[np.int32]]:
    """Split the postings that hold too many rows until none does; nothing is ever cut off."""
    first = first.copy()
    order = np.argsort(first, kind="stable")
    bounds = np.searchsorted(first[order], np.arange(len(heads) + 1))
    more: list[Matrix] = []
    changed: dict[int, Matrix] = {}
    for posting in (np.diff(bounds) > _MOST).nonzero()[0].tolist():
        parts = [order[bounds[posting] : bounds[posting + 1]]]
        vectors = {0: unit(read(rows[parts[0]]))}
        whole, base = vectors[0], parts[0]
        pending, done = [np.arange(len(base))], []
        while pending:
            part = pending.pop()
            if len(part) <= _MOST:
                done.append(part)
                continue
            second = halves(whole[part])
            pending += [part[~second], part[second]]
        for number, part in enumerate(done):
            head = unit(whole[part].mean(axis=0, keepdims=True))[0]
            if number == 0:
                changed[posting] = head
                continue
            first[base[part]] = len(heads) + len(more)
            more.append(head)
    heads = heads.copy()
    for posting, head in changed.items():
        heads[posting] = head
    return (np.concatenate((heads, np.array(more, np.float16))) if more else heads), first


def _entries(
    first: NDArray[np.int32], choice: Choice, postings: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return posting and place of all entries, by posting; replicas come where there is room, nearest first."""
    room = _MOST - np.bincount(first, minlength=postings)
    wanting = ((choice.second != NONE) & (choice.second != first)).nonzero()[0]
    order = np.lexsort((choice.distance[wanting], choice.second[wanting]))
    wanting = wanting[order]
    target = choice.second[wanting]
    rank = np.arange(len(target)) - np.searchsorted(target, target)
    taken = rank < room[target]
    all_postings = np.concatenate((first, target[taken]))
    all_places = np.concatenate((np.arange(len(first), dtype=np.int32), wanting[taken].astype(np.int32)))
    by_posting = np.argsort(all_postings, kind="stable")
    return all_postings[by_posting], all_places[by_posting]
