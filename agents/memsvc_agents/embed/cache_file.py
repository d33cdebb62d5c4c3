"""An embedding cache in one SQLite file, for benchmark runs that share vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import numpy as np

from memsvc.ports.embedding import Model, Vector
from memsvc_agents.embed.vector_checks import require_vectors

__all__ = ["FileEmbeddingCache"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL,
    hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model, hash)
) WITHOUT ROWID
"""
FIND = "SELECT vector FROM vectors WHERE model = ? AND hash = ? AND length(vector) = ?"
STORE = "INSERT OR REPLACE INTO vectors (model, hash, vector) VALUES (?, ?, ?)"


class FileEmbeddingCache:
    """Keeps float16 vectors by model and hash; threads and processes may share the file."""

    def __init__(self, path: Path, *, busy_seconds: float = 30) -> None:
        """Open the file, made if missing; raises sqlite3.Error when it is no database or cannot be written."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=busy_seconds, check_same_thread=False)
        self._lock = Lock()
        with self._lock, self._connection:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(SCHEMA)

    def get_many(self, model: Model, hashes: Sequence[str]) -> dict[str, Vector]:
        """Return what is known."""
        found: dict[str, Vector] = {}
        size = model.dimension * np.dtype(np.float16).itemsize
        with self._lock:
            for key in hashes:
                row = self._connection.execute(FIND, (model.id, bytes.fromhex(key), size)).fetchone()
                if row is not None:
                    found[key] = np.frombuffer(row[0], dtype="<f2").astype(np.float32)
        return found

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:
        """Store vectors in one transaction; raises DimensionMismatch."""
        require_vectors(model, vectors)
        rows = [(model.id, bytes.fromhex(key), vector.astype("<f2").tobytes()) for key, vector in vectors.items()]
        with self._lock, self._connection:
            self._connection.executemany(STORE, rows)

    def close(self) -> None:
        """Close the file; the cache cannot be used after that."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
