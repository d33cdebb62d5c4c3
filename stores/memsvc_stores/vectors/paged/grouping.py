"""Heads and postings for all rows of a namespace: clusters, closure, capacity."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.layout import Indices
from memsvc_stores.vectors.paged.closure import NONE, Choice, closure
from memsvc_stores.vectors.paged.clustering import VectorReader, coarse_cells, halves, k_means, unit

__all__ = ["Grouping", "group"]

# Rows per posting before replicas; with 1.3 replicas a posting is three quarters full.
_TARGET = 44
_FINE_ROUNDS = 6
_NEIGHBOURS = 6
# A full posting splits at the next insert.
_MOST = 64


@dataclass(frozen=True, slots=True)
class Grouping:
    """Unit heads (n, dimension) as float16, and entries: posting and place of the row, grouped by posting."""

    heads: NDArray[np.float16]
    postings: NDArray[np.int32]
    places: NDArray[np.int32]


def group(read: VectorReader, rows: Indices) -> Grouping:
    """Divide rows into postings of at most 64; each row is in one of them, and may be in a second."""
    cells = coarse_cells(read, rows, max(1, round(math.sqrt(len(rows) / _TARGET))))
    members = list(cells.members())
    fine = [_fine(read, rows[places]) for places in members]
    starts = np.concatenate(([0], np.cumsum([len(it) for it in fine])))
    choice = _choices(read, rows, members, fine, starts, cells.centroids)
    heads = np.concatenate(fine) if fine else np.empty((0, 0), np.float16)
    heads, first = _divided(read, rows, heads, choice.first)
    postings, places = _entries(first, choice, len(heads))
    return Grouping(heads, postings, places)


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
    starts: NDArray[np.int64],
    centroids: Matrix,
) -> Choice:
    """Choose for each cell's rows among the heads of the cell and of the cells around it."""
    import faiss

    count = len(rows)
    first, second = np.zeros(count, np.int32), np.full(count, NONE, np.int32)
    distance = np.zeros(count, np.float32)
    around = min(_NEIGHBOURS + 1, len(centroids))
    _, near = faiss.knn(centroids, centroids, around, metric=faiss.METRIC_INNER_PRODUCT)
    for cell, places in enumerate(members):
        if not len(places):
            continue
        wanted = sorted({cell, *near[cell].tolist()})
        heads = np.concatenate([fine[it] for it in wanted]).astype(np.float32)
        numbers = np.concatenate([np.arange(starts[it], starts[it + 1], dtype=np.int32) for it in wanted])
        found = closure(unit(read(rows[places])), heads, numbers)
        first[places], second[places], distance[places] = found.first, found.second, found.distance
    return Choice(first, second, distance)


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
