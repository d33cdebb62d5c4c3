"""sqlite-vec's exhaustive scan of float32 vectors in a SQLite file.

It is loaded through apsw: a Python's own sqlite3 may be built without extensions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import numpy as np
import sqlite_vec
from numpy.typing import NDArray

from memsvc_evals.ann.system import Params
from memsvc_evals.ann.worker import serve

__all__ = ["SqliteVec"]

_FILE = "vectors.sqlite3"
_NEAREST = "SELECT rowid FROM vectors WHERE embedding MATCH ? AND k = ? ORDER BY distance"


class SqliteVec:
    """Unit vectors are in the same order by L2 distance, sqlite-vec's own, as by inner product."""

    def __init__(self, _: str) -> None:
        self._database: Any = None

    def build(self, vectors: NDArray[np.float32], folder: Path) -> None:
        self.open(folder)
        self._database.execute(f"CREATE VIRTUAL TABLE vectors USING vec0(embedding float[{vectors.shape[1]}])")
        with self._database:
            rows = ((row, vector.tobytes()) for row, vector in enumerate(vectors))
            self._database.executemany("INSERT INTO vectors(rowid, embedding) VALUES (?, ?)", rows)

    def open(self, folder: Path) -> None:
        self._database = apsw.Connection(str(folder / _FILE))
        self._database.enable_load_extension(True)
        self._database.load_extension(sqlite_vec.loadable_path())

    def tune(self, _: Params) -> None:
        """Leave the scan as it is: it has no parameters."""

    def search(self, query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        found = self._database.execute(_NEAREST, (query.tobytes(), k))
        return np.fromiter((row for (row,) in found), np.int64)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()


if __name__ == "__main__":
    serve(SqliteVec)
