"""A namespace's vectors in plain dictionaries: the source of an index, and the answers that it must give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix, Model, Vector
from memsvc.ports.ranking import NamespaceState, Ranked, Rows, VectorDelta

__all__ = ["DIMENSION", "MODEL", "Note", "Reader", "Truth", "unit"]

DIMENSION = 8
MODEL = Model("fake-8", DIMENSION, 256)


def unit(values: NDArray[np.floating]) -> Matrix:
    """Normalise rows as the store keeps them: float16 precision."""
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return (values / lengths).astype(np.float16).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Note:
    """`changed` and `keyed` are the sequences of its last change and of its last change of keys."""

    keys: Matrix
    visible: bool
    changed: int
    keyed: int


@dataclass(frozen=True, slots=True)
class Reader:
    """The truth in one read transaction."""

    notes: Mapping[int, Note]
    purged: Mapping[int, int]
    sequence: int
    dimension: int

    def vector_delta(self, after_sequence: int, *, limit: int | None = None) -> VectorDelta:
        changed = {row: it.visible for row, it in self.notes.items() if it.changed > after_sequence}
        keyed = [row for row, it in self.notes.items() if it.keyed > after_sequence]
        counts = [len(self.notes[row].keys) for row in keyed]
        matrices = [self.notes[row].keys for row in keyed]
        return VectorDelta(
            upto=self.sequence,
            visible=changed,
            purged=[row for row, sequence in self.purged.items() if sequence > after_sequence],
            note_rows=np.repeat(np.array(keyed, np.int64), counts),
            matrix=np.concatenate(matrices) if matrices else np.empty((0, self.dimension), np.float32),
        )

    def best(self, query: Vector, *, k: int, allowed: Rows | None) -> Ranked:
        """Rank by brute force in float64."""
        chosen = [
            (-np.float32((note.keys.astype(np.float64) * query.astype(np.float64)).sum(axis=1).max()), row)
            for row, note in self.notes.items()
            if (note.visible if allowed is None else row in allowed)
        ]
        best = sorted(chosen)[:k]
        return Ranked(
            np.array([row for _, row in best], np.int64), np.array([-score for score, _ in best], np.float32)
        )


class Truth:
    """A namespace that changes; every change takes the next sequence."""

    def __init__(self, *, row: int = 1, model: Model = MODEL) -> None:
        self.row = row
        self.model = model
        self._notes: dict[int, Note] = {}
        self._purged: dict[int, int] = {}
        self._sequence = 0
        self._newest = 0
        self._touched = 0

    @property
    def rows(self) -> list[int]:
        return list(self._notes)

    def add(self, *matrices: Matrix, visible: bool = True) -> list[int]:
        """Add notes, one per matrix of keys, in one transaction."""
        self._sequence += 1
        rows = list(range(self._newest + 1, self._newest + 1 + len(matrices)))
        self._newest += len(matrices)
        for row, keys in zip(rows, matrices, strict=True):
            self._notes[row] = Note(np.atleast_2d(keys), visible, self._sequence, self._sequence)
            self._touched = row
        return rows

    def show(self, row: int, *, visible: bool) -> None:
        self._sequence += 1
        note = self._notes[row]
        self._notes[row] = Note(note.keys, visible, self._sequence, note.keyed)

    def rekey(self, row: int, keys: Matrix) -> None:
        self._sequence += 1
        self._notes[row] = Note(keys, self._notes[row].visible, self._sequence, self._sequence)
        self._touched = row

    def purge(self, row: int) -> None:
        self._sequence += 1
        del self._notes[row]
        self._purged[row] = self._sequence

    def reader(self) -> Reader:
        return Reader(dict(self._notes), dict(self._purged), self._sequence, self.model.dimension)

    def state(self) -> NamespaceState:
        return NamespaceState(self.row, self._sequence, self.model)

    def newest(self, after_sequence: int) -> VectorDelta:
        """Return the delta of the newest note alone: what `vector_delta` would give, without a walk of all."""
        changed = {self._touched: self._notes[self._touched]}
        return Reader(changed, {}, self._sequence, self.model.dimension).vector_delta(after_sequence)
