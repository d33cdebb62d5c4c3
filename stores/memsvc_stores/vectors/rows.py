"""What a stored namespace says of its rows: vectors, notes and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix, Vector
from memsvc.ports.ranking import Rows, Times
from memsvc_stores.vectors.layout import Bytes2, Indices, Pages
from memsvc_stores.vectors.scores import Scores, dots

__all__ = ["Scored", "Scorer", "StoredRows", "vectors_of"]

# A call of the scorer costs as much as some 400 rows: few long blocks.
_BLOCK_BYTES = 6 << 20
_LEAST_BLOCK = 256
_MORE = 4
_MOST_INT32 = 2**31 - 1


class Scorer(Protocol):
    """What scores gathered rows; see codes.scorer.RowScorer."""

    def buffer(self, rows: int, /) -> Bytes2: ...

    def top(self, query: Vector, rows: int, k: int, /) -> tuple[Rows, Scores]: ...


class _Holder(Protocol):
    def array(self, name: str) -> Pages: ...


def vectors_of(items: Bytes2, dimension: int) -> Matrix:
    """Return float16 rows (n, row_bytes) as a matrix."""
    matrix: Matrix = items.view("<f2")[:, :dimension].astype(np.float32)
    return matrix


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows with their float32 inner products, best first, and with their float16 items (n, row_bytes)."""

    rows: Rows
    scores: Scores
    items: Bytes2

    def first(self, count: int) -> Scored:
        """Return the best so many."""
        return Scored(self.rows[:count], self.scores[:count], self.items[:count])


class StoredRows:
    """Reads the arrays `rows`, `notes` and `times`. Thread-safe; every method raises Damaged.

    With `notes_in_ram` the notes are read at once and kept in `nbytes` of RAM.
    """

    __slots__ = ("_notes", "_resident", "_rows", "_times", "dimension")

    def __init__(self, holder: _Holder, dimension: int, *, notes_in_ram: bool = False) -> None:
        self._rows, self._notes, self._times = (holder.array(name) for name in ("rows", "notes", "times"))
        self.dimension = dimension
        self._resident: NDArray[np.signedinteger] | None = None
        if notes_in_ram:
            notes = self.notes(np.arange(self.count))
            self._resident = notes.astype(np.int32) if notes.max(initial=0) <= _MOST_INT32 else notes

    @property
    def count(self) -> int:
        """Count the row numbers that there is room for."""
        return self._notes.count * (self._notes.page_bytes // self._notes.item_bytes)

    @property
    def nbytes(self) -> int:
        """Bytes of anonymous RAM."""
        return 0 if self._resident is None else self._resident.nbytes

    def notes(self, rows: Indices) -> Rows:
        """Return the note row of each row, -1 for an unused one."""
        if self._resident is not None:
            return self._resident[rows].astype(np.int64)
        found: Rows = self._notes.items(rows).view("<i8")[:, 0]
        return found

    def times(self, rows: Indices) -> Times:
        """Return event and ingest time of each row."""
        found: Times = self._times.items(rows).view("<i8")
        return found

    def vectors(self, rows: Indices) -> Matrix:
        """Return the keys of rows."""
        return vectors_of(self._rows.items(rows), self.dimension)

    def exact(self, query: NDArray[np.float64], items: Bytes2) -> Scores:
        """Return the scores that an exact search gives for the vectors of items (n, row_bytes)."""
        return dots(items.view("<f2")[:, : self.dimension].astype(np.float64), query)

    def top(self, scorer: Scorer, query: Vector, rows: Rows, *, keep: int) -> Scored:
        """Return the best rows, scored quicker and less exactly than by `exact`.

        They are more than are kept, because of equal scores the lower rows are wanted.
        """
        k = _MORE * keep
        # One block at least, though it may be empty.
        block = max(_BLOCK_BYTES // self._rows.item_bytes, _LEAST_BLOCK)
        starts = range(0, max(rows.size, 1), block)
        parts = [self._scored(scorer, query, rows[start : start + block], k) for start in starts]
        if len(parts) == 1:
            return parts[0]
        scores = np.concatenate([part.scores for part in parts])
        order = np.argsort(-scores, kind="stable")[:k]
        found = np.concatenate([part.rows for part in parts])
        items = np.concatenate([part.items for part in parts])
        return Scored(found[order], scores[order], items[order])

    def _scored(self, scorer: Scorer, query: Vector, rows: Rows, k: int) -> Scored:
        items = scorer.buffer(rows.size)
        self._rows.gather_items(rows, items)
        places, scores = scorer.top(query, rows.size, k)
        return Scored(rows[places], scores, items[places])
