"""usearch's graph over float16 vectors, as a view of its mapped file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["Usearch"]

_FILE = "index.usearch"
_NEIGHBOURS = 32
_EF_CONSTRUCTION = 200


class Usearch:
    """The parameter is ef."""

    def __init__(self, _: str) -> None:
        self._index: Any = None

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        index = Index(
            ndim=vectors.shape[1],
            metric="ip",
            dtype="f16",
            connectivity=_NEIGHBOURS,
            expansion_add=_EF_CONSTRUCTION,
        )
        index.add(np.arange(len(vectors)), vectors, threads=1)
        index.save(str(folder / _FILE))

    def open(self, folder: Path) -> None:
        self._index = Index.restore(str(folder / _FILE), view=True)

    def tune(self, params: Params) -> None:
        self._index.expansion_search = params["ef"]

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found: NDArray[np.uint64] = self._index.search(query, k, threads=1).keys
        return found.astype(np.int64)

    def close(self) -> None:
        self._index = None


if __name__ == "__main__":
    serve(Usearch)
