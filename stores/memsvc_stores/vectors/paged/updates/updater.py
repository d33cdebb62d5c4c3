"""In-place updates of the paged form: insert, delete, and the work that they leave (SPFresh, LIRE)."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Matrix, Vector
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import SLOTS, Bytes1, Bytes2, Draft, Indices
from memsvc_stores.vectors.paged.updates.choice import NONE, choose
from memsvc_stores.vectors.paged.updates.halving import unit
from memsvc_stores.vectors.paged.updates.heads import Heads
from memsvc_stores.vectors.paged.updates.merge import SMALL, merge
from memsvc_stores.vectors.paged.updates.postings import Postings
from memsvc_stores.vectors.paged.updates.reassign import Reassigning
from memsvc_stores.vectors.paged.updates.recentre import recentre
from memsvc_stores.vectors.paged.updates.split import split
from memsvc_stores.vectors.paged.updates.vectors import Widening
from memsvc_stores.vectors.paged.updates.work_queue import CAPACITY, Merge, Moves, Review, Task, WorkQueue

__all__ = ["PagedUpdater"]

AMONG: Final = 16
CHUNK: Final = 256


class PagedUpdater:
    """Changes the postings of a draft. Not thread-safe; one per draft.

    Splits leave reviews of their neighbours and deletes leave merges in a bounded queue: `step` works it off
    in the background, an insert or delete that finds it full does so first. Call `finish` before the commit.
    """

    def __init__(self, draft: Draft, codec: Codec, *, replicas: int = 2, capacity: int = CAPACITY) -> None:
        self._codec = codec
        self._replicas = replicas
        self._rows = draft.array("rows")
        self._widening = Widening(codec.dimension)
        self._heads = Heads(draft, codec, self._widening)
        self._postings = Postings(draft, codec, self._heads)
        self._queue = WorkQueue(capacity)
        self._reassigning = Reassigning(
            self._rows,
            codec=codec,
            postings=self._postings,
            heads=self._heads,
            widening=self._widening,
            replicas=replicas,
        )

    @property
    def pending(self) -> int:
        """Count the tasks in the queue."""
        return len(self._queue)

    def insert(self, rows: Indices, vectors: Matrix, codes: Bytes2) -> None:
        """Place rows whose vectors are in the array `rows`; `vectors` are the same, not rotated.

        Raises ValueError when a row has a place already.
        """
        if any(self._postings.places.of(row) for row in rows.tolist()) or len(set(rows.tolist())) < len(rows):
            raise ValueError("a row that is placed already was inserted")
        codec = self._codec
        for start in range(0, len(rows), CHUNK):
            wide = vectors[start : start + CHUNK].astype(np.float32)
            # For one vector the product of a matrix and a vector is five times as fast.
            rotated = codec.rotate_directions(wide) if len(wide) > 1 else codec.rotate_query(wide[0])[None]
            for index, row in enumerate(rows[start : start + CHUNK].tolist()):
                self._insert(row, wide[index], rotated[index], codes[start + index])
        self._postings.spare.write()

    def delete(self, rows: Indices) -> None:
        """Take rows out of every posting; those without a place are passed over. `finish` erases their codes."""
        for start in range(0, len(rows), CHUNK):
            left = [
                (posting, row)
                for row in rows[start : start + CHUNK].tolist()
                for posting in self._postings.delete(row)
            ]
            recentre(left, self._rows, postings=self._postings, heads=self._heads, widening=self._widening)
            for posting, _ in left:
                if self._postings.filled(posting) < SMALL:
                    self._push(Merge(posting))

    def step(self, budget: int = 1) -> bool:
        """Work off at most `budget` tasks, each of a few milliseconds; return whether none is left."""
        for _ in range(budget):
            task = self._queue.pop()
            if task is None:
                break
            self._work(task)
        self._postings.spare.write()
        return not len(self._queue)

    def finish(self) -> None:
        """Work off all tasks, then erase; it ends: moves split nothing, and every merge ends a posting."""
        while not self.step(CAPACITY):
            pass
        self.erase()

    def erase(self) -> None:
        """Overwrite the codes that removed rows left behind."""
        self._postings.erase()

    def _insert(self, row: int, vector: Vector, rotated: Vector, code: Bytes1) -> None:
        if self._heads.count == len(self._heads.spare):
            self._begin(vector)
        reviews: list[Review] = []
        while True:
            near = self._heads.nearest(rotated, AMONG)
            chosen = choose(vector[None], near, self._heads.full(near), replicas=self._replicas)[0]
            targets = [posting for posting in chosen.tolist() if posting != NONE]
            full = [target for target in targets if self._postings.filled(target) == SLOTS]
            if not full:
                break
            reviews += [self._split(target) for target in full]
        for target in targets:
            self._postings.append(target, row, code)
        # Only now: work in between could fill what the splits made room for, without an end.
        for review in reviews:
            self._push(review)

    def _begin(self, vector: Vector) -> None:
        first = self._postings.allocate()
        self._heads.put(np.array([first]), unit(vector[None], vector[None]))
        self._postings.rewrite(
            first, first, np.empty(0, np.uint32), np.empty((0, self._codec.code_bytes), np.uint8)
        )

    def _split(self, posting: int) -> Review:
        return split(posting, self._rows, postings=self._postings, heads=self._heads, widening=self._widening)

    def _push(self, task: Task) -> None:
        while self._queue.full:
            self.step()
        self._queue.push(task)

    def _work(self, task: Task) -> None:
        if isinstance(task, Review):
            moves = self._reassigning.review(task)
            if moves is not None:
                self._queue.push_front(moves)
        elif isinstance(task, Moves):
            left, lost = self._reassigning.move(task)
            if left is not None:
                self._queue.push_front(left)
            for posting in lost:
                if self._postings.filled(posting) < SMALL and not self._queue.full:
                    self._queue.push(Merge(posting))
        else:
            moves = merge(task.posting, codec=self._codec, postings=self._postings, heads=self._heads)
            if moves is not None:
                self._queue.push_front(moves)
