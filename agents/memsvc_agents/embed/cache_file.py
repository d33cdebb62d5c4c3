"""An embedding cache in one SQLite file, for benchmark runs that share vectors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import numpy as np

from memsvc.errors import MemsvcError, StorageBusy, StorageFull, StorageReadOnly
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
        """Open the file, made if missing; raises StorageReadOnly when that cannot be done."""
        self._path = path
        self._lock = Lock()
        with _named_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _connect(path, busy_seconds=busy_seconds)

    def get_many(self, model: Model, hashes: Sequence[str]) -> dict[str, Vector]:
        """Return what is known."""
        found: dict[str, Vector] = {}
        size = model.dimension * np.dtype(np.float16).itemsize
        with self._lock, _named_errors(self._path):
            for key in hashes:
                row = self._connection.execute(FIND, (model.id, bytes.fromhex(key), size)).fetchone()
                if row is not None:
                    found[key] = np.frombuffer(row[0], dtype="<f2").astype(np.float32)
        return found

    def put_many(self, model: Model, vectors: Mapping[str, Vector]) -> None:
        """Store vectors in one transaction; raises DimensionMismatch or a storage error."""
        require_vectors(model, vectors)
        rows = [(model.id, bytes.fromhex(key), vector.astype("<f2").tobytes()) for key, vector in vectors.items()]
        with self._lock, _named_errors(self._path), self._connection:
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


def _connect(path: Path, *, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=busy_seconds, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into ours."""
    kinds: dict[int, type[MemsvcError]] = {sqlite3.SQLITE_BUSY: StorageBusy, sqlite3.SQLITE_FULL: StorageFull}
    try:
        yield
    except OSError as error:
        raise StorageReadOnly(f"embedding cache {path} cannot be made: {error.strerror}") from error
    except sqlite3.Error as error:
        kind = kinds.get(getattr(error, "sqlite_errorcode", 0), StorageReadOnly)
        raise kind(f"embedding cache {path}: {error} (while nothing uses it, it may be deleted)") from error
