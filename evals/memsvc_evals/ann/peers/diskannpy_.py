"""DiskANN's graph in a file that is always read past the page cache, with product codes in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diskannpy
import numpy as np
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["DiskAnn"]

_DEGREE = 64
_COMPLEXITY = 100
_CODE_BYTES = 96
_BUILD_GIB = 16.0
# Loading for one thread never ends.
_LOAD_THREADS = 2
_CACHE_BREADTH_FIRST = 2


class DiskAnn:
    """The parameters are L (the candidate list) and W (the beam); the argument is the number of nodes cached.

    Unit vectors are in the same order by L2 distance as by inner product.
    """

    def __init__(self, argument: str) -> None:
        self._cached = int(argument or 0)
        self._complexity = self._beam = 0
        self._index: Any = None

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        count, dimension = vectors.shape
        # The least budget for which codes have this many bytes: they get an equal share of it.
        budget = (count + 0.5) * min(_CODE_BYTES, dimension) / 2**30
        diskannpy.build_disk_index(
            data=vectors,
            distance_metric="l2",
            index_directory=str(folder),
            complexity=_COMPLEXITY,
            graph_degree=_DEGREE,
            search_memory_maximum=budget,
            build_memory_maximum=_BUILD_GIB,
            num_threads=1,
            pq_disk_bytes=0,
        )

    def open(self, folder: Path) -> None:
        self._index = diskannpy.StaticDiskIndex(
            index_directory=str(folder),
            num_threads=_LOAD_THREADS,
            num_nodes_to_cache=self._cached,
            # Sampling with nothing to cache never ends.
            cache_mechanism=_CACHE_BREADTH_FIRST,
        )

    def tune(self, params: Params) -> None:
        self._complexity, self._beam = params["L"], params["W"]

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found = self._index.search(query, k, complexity=max(k, self._complexity), beam_width=self._beam)
        ids: NDArray[np.int64] = found.identifiers.astype(np.int64)
        return ids

    def close(self) -> None:
        self._index = None


if __name__ == "__main__":
    serve(DiskAnn)
