"""The growing part of a namespace in RAM."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import Rows, Times
from memsvc_stores.vectors.segment import Additions, Mask, Segment

__all__ = ["Tail"]

_LEAST_CAPACITY = 16
_NOTE_BYTES = 26
_Item = TypeVar("_Item", bound=np.generic)


class Tail:
    """Arrays with spare room, so that an append costs the same at any size (amortised growth by half).

    Views stay valid and unchanged: an append writes past their end, `revise` puts new masks in place of the
    old. Not thread-safe; the owner holds a lock.
    """

    __slots__ = (
        "_alive",
        "_ascending",
        "_count",
        "_matrix",
        "_rows",
        "_times",
        "_visible",
        "copied_bytes",
        "newest",
        "veiled",
    )

    def __init__(self, dimension: int) -> None:
        self._matrix: Matrix = np.empty((0, dimension), np.float32)
        self._rows: Rows = np.empty(0, np.int64)
        self._times: Times = np.empty((0, 2), np.int64)
        self._alive: Mask = np.empty(0, np.bool_)
        self._visible: Mask = np.empty(0, np.bool_)
        self._count = 0
        self._ascending = True
        self.veiled = 0
        self.newest = -1
        self.copied_bytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes of RAM held, spare room included."""
        notes = self._rows.nbytes + self._times.nbytes
        return self._matrix.nbytes + notes + self._alive.nbytes + self._visible.nbytes

    def append(self, added: Additions) -> None:
        """Add living entries."""
        rows, matrix, visible = added.rows, added.matrix, added.visible
        if not rows.size:
            return
        start, end = self._count, self._count + rows.size
        self._reserve(end)
        self._matrix[start:end] = matrix
        self._rows[start:end] = rows
        self._times[start:end] = added.times
        self._alive[start:end] = True
        self._visible[start:end] = visible
        self._ascending = self._ascending and (not start or int(rows[0]) >= int(self._rows[start - 1]))
        self._count = end
        self.veiled += int(rows.size - np.count_nonzero(visible))
        self.newest = max(self.newest, int(rows[-1]))
        self.copied_bytes += matrix.nbytes

    def revise(self, alive: Mask, visible: Mask) -> None:
        """Replace the masks of all entries."""
        grown = self._rows.size
        self._alive, self._visible = (np.zeros(grown, np.bool_) for _ in range(2))
        self._alive[: self._count] = alive
        self._visible[: self._count] = visible
        self.veiled = self._count - int(np.count_nonzero(visible))
        self.copied_bytes += 2 * grown

    def view(self) -> Segment:
        """Return what is here now; later changes do not show in it."""
        end = self._count
        return Segment(
            self._matrix[:end],
            self._rows[:end],
            self._times[:end],
            self._alive[:end],
            self._visible[:end],
            self.veiled,
            self._ascending,
        )

    def _reserve(self, needed: int) -> None:
        held = self._rows.size
        if needed <= held:
            return
        # The first load is taken as it is: most namespaces are small, and are read more than written.
        room = needed if not held and needed > 1 else max(needed, held + held // 2, _LEAST_CAPACITY)
        self._matrix = _grown(self._matrix, self._count, room)
        self._rows = _grown(self._rows, self._count, room)
        self._times = _grown(self._times, self._count, room)
        self._alive = _grown(self._alive, self._count, room)
        self._visible = _grown(self._visible, self._count, room)
        self.copied_bytes += self._count * (self._matrix.shape[1] * 4 + _NOTE_BYTES)


def _grown(array: NDArray[_Item], count: int, room: int) -> NDArray[_Item]:
    grown: NDArray[_Item] = np.empty((room, *array.shape[1:]), array.dtype)
    grown[:count] = array[:count]
    return grown
