"""lancedb's table in a folder, with one of its indexes of quantised vectors and exact scores of the best."""

from __future__ import annotations

import os
from math import isqrt
from pathlib import Path
from typing import Any

# One thread each, where it lets itself be told; read when it is imported.
os.environ.update(LANCE_CPU_THREADS="1", RAYON_NUM_THREADS="1", TOKIO_WORKER_THREADS="1")

import lancedb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["LanceDb"]

_TABLE = "vectors"


class LanceDb:
    """The argument is IVF_RQ, IVF_PQ or IVF_HNSW_SQ, with lancedb's own settings but for the distance and the
    number of lists: the root of the count, and one graph.

    The parameters are nprobes and refine (so many times k rows are scored exactly).
    """

    def __init__(self, argument: str) -> None:
        self._kind = argument
        self._table: Any = None
        self._params: Params = {}

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
        rows = pa.table({"id": pa.array(np.arange(len(vectors))), "vector": column})
        table = lancedb.connect(folder).create_table(_TABLE, rows)
        lists = 1 if self._kind == "IVF_HNSW_SQ" else isqrt(len(vectors))
        table.create_index(
            metric="dot",
            num_partitions=lists,
            vector_column_name="vector",
            index_type=self._kind,
        )

    def open(self, folder: Path) -> None:
        self._table = lancedb.connect(folder).open_table(_TABLE)

    def tune(self, params: Params) -> None:
        self._params = params

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        asked = (
            self._table.search(query, vector_column_name="vector")
            .metric("dot")
            .select(["id", "_distance"])
            .limit(k)
        )
        asked = asked.nprobes(self._params["nprobes"]).refine_factor(self._params["refine"])
        found: NDArray[np.int64] = asked.to_arrow()["id"].to_numpy()
        return found

    def close(self) -> None:
        self._table = None


if __name__ == "__main__":
    serve(LanceDb)
