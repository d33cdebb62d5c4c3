"""hnswlib with as many neighbours as faiss's HNSW32, in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hnswlib
import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["Hnswlib"]

_FILE = "index.hnswlib"
_NEIGHBOURS = 32
_EF_CONSTRUCTION = 200


class Hnswlib:
    """The parameter is ef."""

    def __init__(self, _: str) -> None:
        self._index: Any = None

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        index.set_num_threads(1)
        index.init_index(max_elements=len(vectors), M=_NEIGHBOURS, ef_construction=_EF_CONSTRUCTION, random_seed=1)
        index.add_items(vectors, np.arange(len(vectors)), num_threads=1)
        index.save_index(str(folder / _FILE))
        # A saved index does not know its dimension.
        (folder / "dimension").write_text(str(vectors.shape[1]))

    def open(self, folder: Path) -> None:
        self._index = hnswlib.Index(space="ip", dim=int((folder / "dimension").read_text()))
        self._index.load_index(str(folder / _FILE))
        self._index.set_num_threads(1)

    def tune(self, params: Params) -> None:
        self._index.set_ef(params["ef"])

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found: NDArray[np.uint64] = self._index.knn_query(query[None], k, num_threads=1)[0][0]
        return found.astype(np.int64)

    def close(self) -> None:
        self._index = None


if __name__ == "__main__":
    serve(Hnswlib)
