"""A journal in a file, that one process writes and others read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.cases.context import Array16
from memsvc_evals.ann.ours.source import JournalSource

__all__ = ["SharedJournal"]


class SharedJournal:
    """The first item of the file counts the entries after it; entries are written before they are counted."""

    def __init__(self, path: Path, vectors: Array16) -> None:
        self._file: NDArray[np.int64] = np.load(path, mmap_mode="r+")
        self._vectors = vectors

    @classmethod
    def create(cls, path: Path, vectors: Array16, *, room: int) -> SharedJournal:
        np.save(path, np.zeros(room + 1, np.int64))
        return cls(path, vectors)

    @property
    def count(self) -> int:
        return int(self._file[0])

    def append(self, entries: Sequence[int]) -> None:
        end = self.count + len(entries)
        self._file[1 + self.count : 1 + end] = entries
        self._file[0] = end

    def source(self, count: int | None = None) -> JournalSource:
        """Return the namespace as it is now, or as it was at a count."""
        return JournalSource(self._vectors, self._file[1:], count=self.count if count is None else count)
