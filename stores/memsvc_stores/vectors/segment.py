"""Immutable views of vectors: a segment, and the snapshot of a namespace that searches read without locks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix, Model
from memsvc.ports.ranking import Rows

__all__ = ["Mask", "Positions", "Segment", "Snapshot"]

Mask: TypeAlias = NDArray[np.bool_]
Positions: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Segment:
    """Parallel arrays, one entry per key; `veiled` counts the entries that are not visible.

    Entries that are not `alive` belong to purged or re-keyed notes and count for nothing.
    """

    matrix: Matrix
    rows: Rows
    alive: Mask
    visible: Mask
    veiled: int
    ascending: bool

    def __len__(self) -> int:
        return int(self.rows.size)

    @classmethod
    def empty(cls, dimension: int) -> Segment:
        nothing = np.empty(0, np.bool_)
        return cls(np.empty((0, dimension), np.float32), np.empty(0, np.int64), nothing, nothing, 0, True)

    def find(self, wanted: Rows) -> Positions:
        """Return the ascending positions of the entries, dead ones too, of sorted distinct note rows."""
        if not wanted.size or not self.rows.size:
            return np.empty(0, np.intp)
        if not self.ascending:
            nearest = np.minimum(np.searchsorted(wanted, self.rows), wanted.size - 1)
            matches: Positions = (wanted[nearest] == self.rows).nonzero()[0]
            return matches
        first = np.searchsorted(self.rows, wanted, side="left")
        lengths = np.searchsorted(self.rows, wanted, side="right") - first
        starts = np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
        places: Positions = starts + np.arange(starts.size)
        return places


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A namespace at one sequence: a base that is mapped from `generation`, and a tail in RAM.

    `several` says that some note has more than one key.
    """

    model_id: str
    applied: int
    several: bool
    base: Segment
    tail: Segment
    generation: Path | None

    def of(self, model: Model) -> bool:
        """Say whether the vectors are comparable with the model's."""
        return self.model_id == model.id and self.dimension == model.dimension

    @property
    def dimension(self) -> int:
        return int(self.base.matrix.shape[1])

    @property
    def keys(self) -> int:
        """Count the living entries."""
        return int(np.count_nonzero(self.base.alive)) + int(np.count_nonzero(self.tail.alive))
