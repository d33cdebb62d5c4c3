"""faiss's inverted lists of 4-bit product codes in memory, with exact scores of the best from a mapped file."""

from __future__ import annotations

from math import isqrt
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.peers.mapped_rows import MappedRows
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["FaissIvfPq"]

_FILE = "index.faiss"
_ROWS = "rows.f16"
_TRAINED_PER_LIST = 64
_BLOCK = 65_536


class FaissIvfPq:
    """PQ128x4fs in 4,000 lists for a million vectors, 1,264 for 100,000; the parameters are nprobe and rerank.

    `rerank` rows are scored exactly, in float16 as they are stored.
    """

    takes_file = True

    def __init__(self, _: str) -> None:
        faiss.omp_set_num_threads(1)
        self._index: Any = None
        self._rows: MappedRows | None = None
        self._rerank = 0

    def build(self, vectors: NDArray[np.floating[Any]], folder: Path) -> None:
        count, dimension = vectors.shape
        lists = 4 * isqrt(count)
        index = faiss.index_factory(dimension, f"IVF{lists},PQ128x4fs", faiss.METRIC_INNER_PRODUCT)
        chosen = np.random.default_rng(0).permutation(count)[: _TRAINED_PER_LIST * lists]
        index.train(vectors[np.sort(chosen)].astype(np.float32))
        for start in range(0, count, _BLOCK):
            index.add(vectors[start : start + _BLOCK].astype(np.float32))
        faiss.write_index(index, str(folder / _FILE))
        vectors.tofile(folder / _ROWS)

    def open(self, folder: Path) -> None:
        self._index = faiss.read_index(str(folder / _FILE))
        self._rows = MappedRows(folder / _ROWS, self._index.d)

    def tune(self, params: Params) -> None:
        self._index.nprobe = params["nprobe"]
        self._rerank = params["rerank"]

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        assert self._rows is not None
        near = self._index.search(query[None], max(k, self._rerank))[1][0]
        return self._rows.nearest(query, near[near >= 0], k)

    def close(self) -> None:
        if self._rows is not None:
            self._rows.close()
        self._index = self._rows = None


if __name__ == "__main__":
    serve(FaissIvfPq)
