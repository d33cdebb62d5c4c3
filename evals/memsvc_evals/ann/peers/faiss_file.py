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
    """Searches one query at a time in one thread; `describe` is what the kinds differ in."""

    def __init__(self, argument: str) -> None:
        faiss.omp_set_num_threads(1)
        self._argument = argument
        self._index: Any = None

    @abstractmethod
    def describe(self, count: int) -> str:
        """Return the description, as faiss's factory takes it, for that many vectors."""

    @abstractmethod
    def tune(self, params: Params) -> None:
        """Set the search parameters."""

    def make(self, vectors: NDArray[np.float32]) -> Any:
        """Return the empty index, trained where it is of a kind that learns."""
        description = self.describe(len(vectors))
        index = faiss.index_factory(vectors.shape[1], description, faiss.METRIC_INNER_PRODUCT)
        self.prepare(index)
        if not index.is_trained:
            index.train(vectors)
        return index

    def prepare(self, index: Any) -> None:  # noqa: B027 - most kinds have nothing to set
        """Set what matters to building."""

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        index = self.make(vectors)
        index.add(vectors)
        faiss.write_index(index, str(folder / _FILE))

    def open(self, folder: Path) -> None:
        self._index = faiss.read_index(str(folder / _FILE))

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self._index.search(query[None], k)[1][0]
        return found

    def close(self) -> None:
        self._index = None
