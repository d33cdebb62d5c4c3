"""The bounded list of work that updates leave behind."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.layout import Indices

__all__ = ["CAPACITY", "Merge", "Moves", "Review", "Task", "WorkQueue"]

CAPACITY: Final = 256


@dataclass(frozen=True, slots=True)
class Review:
    """Look over the postings around a split; `before` (1, dimension) is the head that was divided."""

    first: int
    second: int
    before: Matrix


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows that may do better in one of the postings `near`, and their `places` items when that was found."""

    rows: Indices
    seen: NDArray[np.uint32]
    near: Indices


@dataclass(frozen=True, slots=True)
class Merge:
    """Give up a posting that has become small."""

    posting: int


Task: TypeAlias = Review | Moves | Merge


class WorkQueue:
    """Tasks in order; working one off leaves at most one in its place, so the length stays within the capacity."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._tasks: deque[Task] = deque()
        self._merging: set[int] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def full(self) -> bool:
        return len(self._tasks) >= self._capacity

    def push(self, task: Task) -> None:
        """Append a task; a posting is listed once for merging. Raises OverflowError when full."""
        if isinstance(task, Merge):
            if task.posting in self._merging:
                return
            self._merging.add(task.posting)
        if self.full:
            raise OverflowError("the work queue is full")
        self._tasks.append(task)

    def push_front(self, task: Task) -> None:
        """Put back what is left of the task that was taken last."""
        self._tasks.appendleft(task)

    def pop(self) -> Task | None:
        """Take the oldest task; None when there is none."""
        if not self._tasks:
            return None
        task = self._tasks.popleft()
        if isinstance(task, Merge):
            self._merging.discard(task.posting)
        return task
