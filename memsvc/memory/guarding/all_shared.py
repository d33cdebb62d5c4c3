"""Which notes of a whole store share rare runs of words: for scans, also of stores that were never checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.notes import Note, Status
from memsvc.guard.model_file import GuardModel
from memsvc.memory.guarding.sharing import Sharers, is_elsewhere
from memsvc.ports.ranking import Rows
from memsvc.ports.storage import Reader

__all__ = ["AllShared"]

_MOST: Final = 4
# A run that more notes have is a phrase of the house, and a pair of each two of them would be too many.
_MOST_HOLDERS: Final = 200


@dataclass(frozen=True, slots=True)
class AllShared:
    """Shingles of all notes as parallel arrays, ordered by hash: 24 bytes a shingle."""

    hashes: NDArray[np.int64] = field(repr=False)
    rows: Rows = field(repr=False)
    trusts: NDArray[np.float64] = field(repr=False)

    @classmethod
    def of(cls, shingles: Iterable[tuple[int, float, list[int]]]) -> AllShared:
        """Return the index of (row, trust, hashes of its shingles)."""
        parts, trusts = [np.empty((2, 0), np.int64)], [np.empty(0)]
        for row, trust, hashes in shingles:
            parts.append(np.array([hashes, [row] * len(hashes)], np.int64))
            trusts.append(np.full(len(hashes), trust))
        held, rows = np.concatenate(parts, axis=1)
        order = np.lexsort((rows, held))
        return cls(held[order], rows[order], np.concatenate(trusts)[order])

    def sharers(self, reader: Reader, model: GuardModel, note: Note, content: str) -> Sharers:
        """Return the notes, trusted as much and of other sessions, that share most with this one."""
        counts: Counter[int] = Counter()
        for shingle in model.runs.rare_shingles(content):
            first, last = np.searchsorted(self.hashes, [shingle.hash, shingle.hash + 1])
            # First, or a crowd of untrusted notes would make a phrase of the house of any run.
            holders = self.rows[first:last][self.trusts[first:last] >= note.trust].tolist()
            if len(holders) <= _MOST_HOLDERS:
                counts.update(other for other in holders if other != note.row)
        known = {each.row: each for each in reader.notes_by_row(sorted(counts))} if counts else {}
        notes = [known[row] for row, _ in counts.most_common() if row in known]
        elsewhere = [each for each in notes if is_elsewhere(each.session, note.session)][:_MOST]
        return Sharers(
            tuple(each.content for each in elsewhere),
            frozenset(each.principal for each in elsewhere),
            quarantined=tuple(each for each in notes if each.status is Status.QUARANTINED)[:_MOST],
        )
