"""A namespace's truth for an index under test: a journal of notes over a matrix, in place of SQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState, Rows, VectorDelta

__all__ = ["JournalSource"]


class JournalSource:
    """Entry i of the journal is sequence i + 1: a note row is put, or purged where it is negative.

    Note row r has vector (r - 1) modulo their number, its event and its ingest time are r microseconds. `journal`
    is what is indexed and sliced like an array, so that a range stands for notes put in order.
    """

    def __init__(
        self, vectors: NDArray[Any], journal: NDArray[np.int64] | range, *, count: int | None = None
    ) -> None:
        self._vectors = vectors
        self._journal = journal
        self.count = len(journal) if count is None else count
        self._model = Model("eval", vectors.shape[1], 2**31 - 1)

    @classmethod
    def in_order(cls, vectors: NDArray[Any]) -> JournalSource:
        """Return a namespace that has every vector, note row 1 the first."""
        return cls(vectors, range(1, len(vectors) + 1))

    @classmethod
    def empty(cls, vectors: NDArray[Any], *, room: int) -> JournalSource:
        """Return one that so many changes can be made to."""
        return cls(vectors, np.zeros(room, np.int64), count=0)

    def change(self, entries: Iterable[int]) -> None:
        """Put notes and purge (negative) notes."""
        assert isinstance(self._journal, np.ndarray)
        new = np.fromiter(entries, np.int64)
        self._journal[self.count : self.count + len(new)] = new
        self.count += len(new)

    def state(self, row: int = 1) -> NamespaceState:
        return NamespaceState(row, self.count, self._model)

    def matrix(self, notes: Rows) -> NDArray[np.float32]:
        """Return the vectors of note rows."""
        rows: NDArray[np.float32] = self._vectors[(notes - 1) % len(self._vectors)].astype(np.float32)
        return rows

    def living(self) -> Rows:
        """Return the note rows that are there, ascending."""
        entries = np.asarray(self._journal[: self.count], np.int64)
        return np.setdiff1d(entries[entries > 0], -entries[entries < 0])

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        """Return what the entries after a sequence have changed; a purged note never comes back."""
        upto = self.count if limit is None else min(self.count, after_sequence + limit)
        entries = np.asarray(self._journal[after_sequence:upto], np.int64)
        purged = np.unique(-entries[entries < 0])
        notes = np.setdiff1d(entries[entries > 0], purged)
        return VectorDelta(
            upto=upto,
            visible=dict.fromkeys(notes.tolist(), True),
            purged=purged.tolist(),
            note_rows=notes,
            matrix=self.matrix(notes),
            times=np.stack([notes, notes], axis=1),
        )
