"""The index of the service, a namespace of it as a system under test; the argument is the form."""

from __future__ import annotations

import json
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
        self._open: dict[str, VectorIndex] = {}
        self._params: Params = {}
        self._name = ""
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
        self._chosen()

    def tune(self, params: Params) -> None:
        """Change to the index with these parameters, which stays open: a service does not reopen it either."""
        self._params, self._name = params, json.dumps(params, sort_keys=True)
        self._chosen()

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        return self._chosen().search(self._source, self._state, query, k=k, allowed=None).rows - 1

    def close(self) -> None:
        for index in self._open.values():
            index.close()
        self._open.clear()

    def _chosen(self) -> VectorIndex:
        assert self._folder is not None
        found = self._open.get(self._name)
        if found is None:
            found = self._open[self._name] = open_index(self._folder, self._form, params=self._params)
        return found


if __name__ == "__main__":
    serve(OurIndex)
