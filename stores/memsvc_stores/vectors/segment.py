"""Keys in RAM: new entries, and an immutable view that searches read without locks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import Rows, Times

__all__ = ["Additions", "Mask", "Positions", "Segment"]

Mask: TypeAlias = NDArray[np.bool_]
Positions: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Additions:
    """New entries, one per key, by ascending note row; several keys of a note stand together."""

    rows: Rows
    matrix: Matrix
    times: Times
    visible: Mask

    @property
    def several(self) -> bool:
        """Say whether some note has more than one key."""
        return bool(self.rows.size > 1 and (self.rows[1:] == self.rows[:-1]).any())

    def taken(self, places: Positions | Mask) -> Additions:
        """Return the entries at some places."""
        return Additions(self.rows[places], self.matrix[places], self.times[places], self.visible[places])


@dataclass(frozen=True, slots=True)
class Segment:
    """Parallel arrays, one entry per key; `veiled` counts the entries that are not visible.

    Entries that are not `alive` belong to purged or re-keyed notes and count for nothing. `times` (n, 2) are
    event and ingest time, microseconds since 1970.
    """

    matrix: Matrix
    rows: Rows
    times: Times
    alive: Mask
    visible: Mask
    veiled: int
    ascending: bool

    def __len__(self) -> int:
        return int(self.rows.size)

    @classmethod
    def empty(cls, dimension: int) -> Segment:
        nothing = np.empty(0, np.bool_)
        matrix, times = np.empty((0, dimension), np.float32), np.empty((0, 2), np.int64)
        return cls(matrix, np.empty(0, np.int64), times, nothing, nothing, 0, True)

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

    def entries(self, places: Positions) -> Additions:
        """Return some entries, in the order given, as if they were new."""
        return Additions(self.rows[places], self.matrix[places], self.times[places], self.visible[places])
