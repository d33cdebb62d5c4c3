"""Moving vectors to better postings after a split (LIRE, SPFresh section 3)."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Bytes1, Indices, Pages
from memsvc_stores.vectors.paged.updates.choice import MARGIN, NONE, choose
from memsvc_stores.vectors.paged.updates.heads import Heads
from memsvc_stores.vectors.paged.updates.postings import Postings
from memsvc_stores.vectors.paged.updates.vectors import Widening
from memsvc_stores.vectors.paged.updates.words import Slots
from memsvc_stores.vectors.paged.updates.work_queue import Moves, Review

__all__ = ["Reassigning"]

NEIGHBOURS: Final = 8
AMONG: Final = 32
MOST_MOVES: Final = 24
AT_ONCE: Final = 24


class Reassigning:
    """Finds rows that a split left in a worse posting, and moves those that are still where they were seen."""

    def __init__(
        self, rows: Pages, *, codec: Codec, postings: Postings, heads: Heads, widening: Widening, replicas: int
    ) -> None:
        self._rows = rows
        self._codec = codec
        self._postings = postings
        self._heads = heads
        self._widening = widening
        self._replicas = replicas

    def review(self, task: Review) -> Moves | None:
        """Return the rows that may do better elsewhere, at most 24 a posting; None when there are none."""
        near = self._heads.nearest(self._codec.rotate_query(task.before[0]), AMONG)
        halves = np.array([task.first, task.second])
        near = np.concatenate((halves, near[~np.isin(near, halves)]))
        postings = near[: NEIGHBOURS + 2]
        members = self._postings.members(postings)
        which, slots = np.nonzero(members != EMPTY)
        rows = members[which, slots].astype(np.intp)
        if not len(rows):
            return None
        vectors = self._widening.read(self._rows, rows)
        scores = vectors @ np.concatenate((self._heads.full(postings), task.before)).T
        own = scores[np.arange(len(rows)), which]
        # A half's row may belong where the old head is nearer; a neighbour's row to one of the new heads.
        rival = np.where(which < 2, scores[:, -1], scores[:, :2].max(axis=1))
        gain = rival - own
        moved = np.unique(rows[_best(gain, which, len(postings))])
        return Moves(moved, self._postings.places.many(moved), near) if len(moved) else None

    def move(self, task: Moves) -> tuple[Moves | None, list[int]]:
        """Move the first rows of the task; return what is left of it and the postings that lost rows.

        A row whose places are not as they were seen was deleted or moved meanwhile: it is left alone.
        """
        rows, seen = task.rows[:AT_ONCE], task.seen[:AT_ONCE]
        same = (self._postings.places.many(rows) == seen).all(axis=1) & (seen[:, 0] != EMPTY)
        lost: set[int] = set()
        if same.any():
            lost = self._move(rows[same], seen[same], task.near)
        left = Moves(task.rows[AT_ONCE:], task.seen[AT_ONCE:], task.near)
        return (left if len(left.rows) else None), sorted(lost)

    def _move(self, rows: Indices, seen: Slots, near: Indices) -> set[int]:
        held = np.where(seen == EMPTY, NONE, (seen // SLOTS).astype(np.intp))
        # What the rows have now is a candidate too, however far from the split.
        near = np.unique(np.concatenate((near, held[held != NONE])))
        near = near[[posting not in self._heads.spare for posting in near.tolist()]]
        vectors = self._widening.read(self._rows, rows)
        chosen = choose(vectors, near, self._heads.full(near), replicas=self._replicas, held=held)
        changed = np.flatnonzero((np.sort(chosen, axis=1) != np.sort(held, axis=1)).any(axis=1))
        codes = self._postings.codes_at(seen[changed, 0].astype(np.intp))
        lost: set[int] = set()
        for index, code in zip(changed.tolist(), codes, strict=True):
            lost.update(self._settle(int(rows[index]), code, held[index].tolist(), chosen[index].tolist()))
        return lost

    def _settle(self, row: int, code: Bytes1, held: list[int], chosen: list[int]) -> list[int]:
        """Have a row in the chosen postings only, as far as they have room; return the postings that lost it.

        When the best of them is full, the row stays where it is.
        """
        wanted = [
            posting
            for posting in chosen
            if posting != NONE and (posting in held or self._postings.filled(posting) < SLOTS)
        ]
        if not wanted or wanted[0] != chosen[0]:
            return []
        lost = [posting for posting in held if posting != NONE and posting not in wanted]
        for posting in lost:
            self._postings.take(posting, row)
        for posting in wanted:
            if posting not in held:
                self._postings.append(posting, row, code)
        return lost


def _best(gain: np.ndarray[tuple[int, ...], np.dtype[np.float32]], which: Indices, postings: int) -> Indices:
    """Return the positions of the greatest gains above the margin, at most 24 a posting."""
    found = np.flatnonzero(gain > MARGIN)
    order = found[np.lexsort((-gain[found], which[found]))]
    starts = np.searchsorted(which[order], np.arange(postings))
    rank = np.arange(len(order)) - starts[which[order]]
    kept: Indices = order[rank < MOST_MOVES]
    return kept
