"""faiss's HNSW with 32 neighbours over float32 vectors."""

from __future__ import annotations

from typing import Any

import faiss

from memsvc_evals.ann.peers.faiss_file import FaissFile
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["FaissHnsw"]

_EF_CONSTRUCTION = 200


class FaissHnsw(FaissFile):
    """The parameter is ef."""

    storage = "Flat"

    def make(self, dimension: int, count: int) -> Any:
        index = faiss.index_factory(dimension, f"HNSW32,{self.storage}", faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = _EF_CONSTRUCTION
        return index

    def tune(self, params: Params) -> None:
        self._index.hnsw.efSearch = params["ef"]


if __name__ == "__main__":
    serve(FaissHnsw)
