"""What the faiss peers share: an index in memory, kept in one file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params

__all__ = ["FaissFile"]

_FILE = "index.faiss"


class FaissFile(ABC):
    """Searches one query at a time in one thread."""

    def __init__(self, argument: str) -> None:
        faiss.omp_set_num_threads(1)
        self._argument = argument
        self._index: Any = None

    @abstractmethod
    def make(self, dimension: int, count: int) -> Any:
        """Return the empty index for that many vectors."""

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        index = self.make(vectors.shape[1], len(vectors))
        if not index.is_trained:
            index.train(vectors)
        index.add(vectors)
        faiss.write_index(index, str(folder / _FILE))

    def open(self, folder: Path) -> None:
        self._index = faiss.read_index(str(folder / _FILE))

    def tune(self, params: Params) -> None:
        """Leave the index as it is; a kind with search parameters sets them here."""

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self._index.search(query[None], k)[1][0]
        return found

    def close(self) -> None:
        self._index = None
