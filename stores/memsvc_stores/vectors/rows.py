"""What a stored namespace says of its rows: vectors, notes and times."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix, Vector
from memsvc.ports.ranking import Rows, Times
from memsvc_stores.vectors.layout import Bytes2, Indices, Pages
from memsvc_stores.vectors.scores import Scores, dots

__all__ = ["Scorer", "StoredRows", "vectors_of"]

# A call of the scorer costs as much as some 400 rows: few long blocks.
_BLOCK = 8_192
_MORE = 4


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


class StoredRows:
    """Reads the arrays `rows`, `notes` and `times`. Thread-safe; every method raises Damaged."""

    __slots__ = ("_notes", "_rows", "_times", "dimension")

    def __init__(self, holder: _Holder, dimension: int) -> None:
        self._rows, self._notes, self._times = (holder.array(name) for name in ("rows", "notes", "times"))
        self.dimension = dimension

    @property
    def count(self) -> int:
        """Count the row numbers that there is room for."""
        return self._notes.count * (self._notes.page_bytes // self._notes.item_bytes)

    def notes(self, rows: Indices) -> Rows:
        """Return the note row of each row, -1 for an unused one."""
        found: Rows = self._notes.items(rows).view("<i8")[:, 0]
        return found

    def times(self, rows: Indices) -> Times:
        """Return event and ingest time of each row."""
        found: Times = self._times.items(rows).view("<i8")
        return found

    def vectors(self, rows: Indices) -> Matrix:
        """Return the keys of rows."""
        return vectors_of(self._rows.items(rows), self.dimension)

    def exact(self, query: NDArray[np.float64], rows: Indices) -> Scores:
        """Return the scores that an exact search gives for the same vectors."""
        return dots(self._rows.items(rows).view("<f2")[:, : self.dimension].astype(np.float64), query)

    def top(self, scorer: Scorer, query: Vector, rows: Rows, *, keep: int) -> tuple[Rows, Scores]:
        """Return the best rows with float32 inner products, quicker and less exact than `exact`, best first.

        They are more than are kept, because of equal scores the lower rows are wanted.
        """
        k = _MORE * keep
        if rows.size <= _BLOCK:
            self._rows.gather_items(rows, scorer.buffer(rows.size))
            places, values = scorer.top(query, rows.size, k)
            return rows[places], values
        found, scores = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for start in range(0, rows.size, _BLOCK):
            block = rows[start : start + _BLOCK]
            self._rows.gather_items(block, scorer.buffer(block.size))
            places, values = scorer.top(query, block.size, k)
            found.append(block[places])
            scores.append(values)
        joined = np.concatenate(scores)
        order = np.argsort(-joined, kind="stable")[:k]
        return np.concatenate(found)[order], joined[order]
