"""faiss's HNSW with 32 neighbours over float32 vectors."""

from __future__ import annotations

from typing import Any

from memsvc_evals.ann.peers.faiss_file import FaissFile
from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["FaissHnsw"]

_EF_CONSTRUCTION = 200


class FaissHnsw(FaissFile):
    """The parameter is ef."""

    storage = "Flat"

    def describe(self, _: int) -> str:
        return f"HNSW32,{self.storage}"

    def prepare(self, index: Any) -> None:
        index.hnsw.efConstruction = _EF_CONSTRUCTION

    def tune(self, params: Params) -> None:
        self._index.hnsw.efSearch = params["ef"]


if __name__ == "__main__":
    serve(FaissHnsw)
