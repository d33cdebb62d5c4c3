"""What a system under test is, and how its worker process is spoken with.

Every system runs in a process of its own, peers with the Python of their own environment, so this module and
`worker` need nothing but numpy and the standard library of Python 3.9. A peer is one module of
`memsvc_evals.ann.peers`: a class with the methods of `AnnSystem`, and at its end::

    if __name__ == "__main__":
        serve(TheSystem)

It is started as `python -m memsvc_evals.ann.peers.MODULE DATASET ARGUMENT`, with every thread count of OpenMP and
BLAS at one; `serve` makes the object with ARGUMENT (the variant, such as "hnsw32"; may be empty). DATASET holds
x_f16.npy (vectors, L2-normalised) and q_f16.npy (queries). Vectors are named by their row in x_f16.npy. Building
and searching happen in two processes, so everything must be kept in the folder.

A request is a JSON line {"op": ..., ...} on stdin, an answer one on stdout ({"error": text} when it failed):

| op | with | answer |
|---|---|---|
| build | folder | wall, cpu (seconds), disk_bytes, peak_bytes (anonymous) |
| open | folder | wall, cpu |
| search | queries (numbers), k, params | ids (a list per query), us (wall of each), cpu (seconds of all) |
| cold | queries, k, params | as search, with read_bytes (of each); the folder is evicted before each |
| cold_open | folder, queries, k, params | as cold, but evict, open, search one, close, for each |
| drive | seconds, k, params | count (of searches done in that time) |
| stats | | anon_bytes, file_bytes (resident, above the baseline after imports), read_bytes |

`search` may name another file of queries ("file"). The end of stdin closes the
system. What libraries print goes to stderr.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["AnnSystem", "Params"]

Params = dict[str, Any]


class AnnSystem(Protocol):
    """A vector index of one kind. The similarity is the inner product of unit vectors (cosine).

    With a class attribute `takes_file = True` the vectors to build from are x_f16.npy itself, mapped, not a copy
    of it as float32 in memory.
    """

    def __init__(self, argument: str) -> None:
        """Choose the variant and import the libraries: what is imported here counts as the baseline of RAM."""

    def build(self, vectors: NDArray[Any], folder: Path) -> None:
        """Build from all vectors (n, dimension), float32; keep the index in the folder (empty, there already)."""

    def open(self, folder: Path) -> None:
        """Open what `build` has kept, to search it."""

    def tune(self, params: Params) -> None:
        """Set the search parameters; called before each block of searches, not timed."""

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        """Return the ids of the k nearest (or of fewer), best first; a single query of shape (dimension,)."""

    def close(self) -> None:
        """Close what is open; called once, also when nothing was opened."""
