"""Which notes of a whole store share rare runs of words: for scans, also of stores that were never checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.notes import Note
from memsvc.guard.model_file import GuardModel
from memsvc.memory.guarding.sharing import Sharers
from memsvc.ports.ranking import Rows
from memsvc.ports.storage import Reader

__all__ = ["AllShared"]

_MOST: Final = 4
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
        parts = [np.empty((2, 0), np.int64)]
        parts += [np.array([hashes, [row] * len(hashes)], np.int64) for row, hashes in shingles]
        hashes, rows = np.concatenate(parts, axis=1)
        order = np.lexsort((rows, hashes))
        return cls(hashes[order], rows[order])

    def sharers(self, reader: Reader, model: GuardModel, note: Note, content: str) -> Sharers:
        """Return the notes, trusted as much, that share most with this one."""
        counts: Counter[int] = Counter()
        for shingle in model.runs.rare_shingles(content):
            first, last = np.searchsorted(self.hashes, [shingle.hash, shingle.hash + 1])
            if last - first <= _MOST_HOLDERS:
                counts.update(other for other in self.rows[first:last].tolist() if other != note.row)
        # All of them, or a crowd of untrusted notes would take the places of those that count.
        known = {each.row: each for each in reader.notes_by_row(sorted(counts))} if counts else {}
        best = [row for row, _ in counts.most_common() if row in known and known[row].trust >= note.trust][:_MOST]
        notes = [known[row] for row in best]
        return Sharers(tuple(each.content for each in notes), frozenset(each.principal for each in notes))
