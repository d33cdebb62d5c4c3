"""faiss's HNSW with 32 neighbours over vectors of 8-bit numbers."""

from __future__ import annotations

from memsvc_evals.ann.peers.faiss_hnsw import FaissHnsw
from memsvc_evals.ann.worker import serve

__all__ = ["FaissHnswSq8"]


class FaissHnswSq8(FaissHnsw):
    """The parameter is ef."""

    storage = "SQ8"


if __name__ == "__main__":
    serve(FaissHnswSq8)
