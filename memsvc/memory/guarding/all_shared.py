"""Which notes of a whole store share rare runs of words: for scans, also of stores that were never checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.model_file import GuardModel
from memsvc.memory.guarding.sharing import Sharers
from memsvc.ports.ranking import Rows
from memsvc.ports.storage import Reader

__all__ = ["AllShared"]

_MOST: Final = 8
# A run that more notes have is a phrase of the house, and a pair of each two of them would be too many.
_MOST_HOLDERS: Final = 200


@dataclass(frozen=True, slots=True)
class AllShared:
    """Shingles of all notes as two parallel arrays, ordered by hash: 16 bytes a shingle."""

    hashes: NDArray[np.int64] = field(repr=False)
    rows: Rows = field(repr=False)

    @classmethod
    def of(cls, shingles: Iterable[tuple[int, list[int]]]) -> AllShared:
        """Return the index of (row, hashes of its shingles)."""
        pairs = [(each, row) for row, hashes in shingles for each in hashes]
        table = np.array(pairs, np.int64).reshape(len(pairs), 2)
        order = np.lexsort((table[:, 1], table[:, 0]))
        return cls(table[order, 0], table[order, 1])

    def sharers(self, reader: Reader, model: GuardModel, row: int, content: str) -> Sharers:
        """Return the notes that share most with the one at the row."""
        counts: Counter[int] = Counter()
        for shingle in model.runs.rare_shingles(content):
            first, last = np.searchsorted(self.hashes, [shingle.hash, shingle.hash + 1])
            if last - first <= _MOST_HOLDERS:
                counts.update(other for other in self.rows[first:last].tolist() if other != row)
        found: Mapping[int, int] = dict(counts.most_common(_MOST))
        notes = reader.notes_by_row(list(found)) if found else []
        return Sharers(tuple(note.content for note in notes), frozenset(note.principal for note in notes))
