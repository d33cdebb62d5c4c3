"""chromadb's persistent client: one collection, embeddings only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["Chromadb"]

_BATCH = 5000
_NAME = "vectors"
_HNSW = {"space": "ip", "max_neighbors": 32, "ef_construction": 200, "num_threads": 1}


class Chromadb:
    """The parameter is ef; the collection takes it when the client opens it, so a change opens it anew."""

    def __init__(self, _: str) -> None:
        self._folder = Path()
        self._client: Any = None
        self._vectors: Any = None

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        self._connect(folder)
        made = self._client.create_collection(_NAME, embedding_function=None, configuration={"hnsw": _HNSW})
        for start in range(0, len(vectors), _BATCH):
            batch = vectors[start : start + _BATCH]
            made.add(ids=[str(start + place) for place in range(len(batch))], embeddings=batch)

    def open(self, folder: Path) -> None:
        self._connect(folder)
        self._vectors = self._client.get_collection(_NAME, embedding_function=None)

    def tune(self, params: Params) -> None:
        if self._vectors.configuration["hnsw"]["ef_search"] != params["ef"]:
            self._vectors.modify(configuration={"hnsw": {"ef_search": params["ef"]}})
            self.close()
            self.open(self._folder)

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found = self._vectors.query(query_embeddings=query[None], n_results=k, include=[])
        return np.array(found["ids"][0]).astype(np.int64)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _connect(self, folder: Path) -> None:
        self._folder = folder
        self._client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))


if __name__ == "__main__":
    serve(Chromadb)
