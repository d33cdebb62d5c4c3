"""The index of the service, a namespace of it as a system under test; the argument is the form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import VectorIndex
from memsvc_evals.ann.ours.opening import open_index
from memsvc_evals.ann.ours.source import JournalSource
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["OurIndex"]


class OurIndex:
    """Searches as the service does, but for SQL; parameters are options of the index."""

    takes_file = True

    def __init__(self, form: str) -> None:
        import faiss  # noqa: F401 - it is the baseline of RAM, not the index

        self._form = form
        self._folder: Path | None = None
        self._index: VectorIndex | None = None
        self._params: Params = {}
        vectors: NDArray[Any] = np.load(Path(sys.argv[1]) / "x_f16.npy", mmap_mode="r")
        self._source = JournalSource.in_order(vectors)
        self._state = self._source.state()

    def build(self, vectors: NDArray[Any], folder: Path) -> None:
        source = JournalSource.in_order(vectors)
        index = open_index(folder, self._form)
        index.rebuild(source, source.state())
        index.close()

    def open(self, folder: Path) -> None:
        self._folder = folder
        self._index = open_index(folder, self._form, params=self._params)

    def tune(self, params: Params) -> None:
        if params == self._params:
            return
        assert self._folder is not None
        self.close()
        self._params = params
        self.open(self._folder)
        self.search(self._source.matrix(np.array([1]))[0], 1)

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        assert self._index is not None
        return self._index.search(self._source, self._state, query, k=k, allowed=None).rows - 1

    def close(self) -> None:
        if self._index is not None:
            self._index.close()


if __name__ == "__main__":
    serve(OurIndex)
