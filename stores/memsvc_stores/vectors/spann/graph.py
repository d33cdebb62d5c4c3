"""The heads in memory, under faiss's HNSW graph.

The paper uses SPTAG (a balanced k-means tree that seeds a relative neighbourhood graph). HNSW prunes its edges by
the same rule and finds the same heads; faiss is a dependency already, SPTAG would be a native one more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.spann.options import SpannOptions
from memsvc_stores.vectors.spann.source import Ids, Matrix

__all__ = ["HeadGraph"]

# Times the heads that are asked for; the rest makes the search surer of them.
_WIDTH = 2
_LEAST_WIDTH = 64


class HeadGraph:
    """Finds the heads nearest to a vector by squared L2 distance. Searches are thread-safe."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def over(cls, heads: Matrix, options: SpannOptions) -> HeadGraph:
        """Build the graph on one thread, so that equal heads give equal graphs."""
        import faiss

        index = faiss.IndexHNSWFlat(heads.shape[1], options.graph_degree)
        index.hnsw.efConstruction = options.graph_build_width
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            index.add(heads)
        finally:
            faiss.omp_set_num_threads(threads)
        return cls(index)

    @classmethod
    def from_bytes(cls, content: NDArray[np.uint8], *, dimension: int) -> HeadGraph:
        """Load what `to_bytes` gave; its checksum is the caller's to check; raises Damaged."""
        import faiss

        index: Any = faiss.deserialize_index(content)
        if not isinstance(index, faiss.IndexHNSW) or index.d != dimension:
            raise Damaged("the head graph is of another kind or dimension than its index")
        return cls(index)

    def to_bytes(self) -> NDArray[np.uint8]:
        """Return the graph with its vectors."""
        import faiss

        content: NDArray[np.uint8] = faiss.serialize_index(self._index)
        return content

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, queries: Matrix, count: int) -> tuple[Matrix, Ids]:
        """Return squared distances and head numbers (len(queries), count), nearest first; -1: no head."""
        import faiss

        width = max(_LEAST_WIDTH, _WIDTH * count)
        params: Any = faiss.SearchParametersHNSW(efSearch=width)  # type: ignore[attr-defined]  # not in its stubs
        found: tuple[Matrix, Ids] = self._index.search(queries, count, params=params)
        return found
