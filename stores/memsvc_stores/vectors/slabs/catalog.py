"""The catalog: one SQLite file, a connection per thread, short transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from memsvc_stores.vectors.slabs import schema
from memsvc_stores.vectors.slabs.faults import catalog_errors
from memsvc_stores.vectors.slabs.files import Files

__all__ = ["CATALOG", "Catalog"]

CATALOG: Final = "catalog.sqlite3"


class Catalog:
    """Thread-safe. Not to be used by a child process that was forked with it open."""

    def __init__(self, directory: Path, files: Files) -> None:
        self._directory = directory
        self._files = files
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[tuple[threading.Thread, sqlite3.Connection]] = []

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self._connect()
        return found

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See one state of the catalog through several queries."""
        with catalog_errors(self._directory):
            connection = self.connection
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, or nothing."""
        with catalog_errors(self._directory):
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                self._files.commit(connection)
            except BaseException:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                raise

    def prepare(self) -> None:
        """Create the tables when there are none; raise Damaged for another format."""
        with catalog_errors(self._directory):
            connection = self.connection
            new = schema.is_new(connection)
        if new:
            with self.writing() as connection:
                if schema.is_new(connection):
                    # Slabs without a catalog: nothing in them can be found again.
                    for path in sorted(self._directory.glob("pages-*.slab")):
                        self._files.remove(path)
                    schema.create(connection)
        with catalog_errors(self._directory):
            schema.refuse_others(self.connection)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for _, connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()

    def _connect(self) -> sqlite3.Connection:
        with catalog_errors(self._directory):
            connection = sqlite3.connect(
                self._directory / CATALOG, isolation_level=None, check_same_thread=False, timeout=5.0
            )
            try:
                schema.configure(connection)
            except BaseException:
                connection.close()
                raise
        with self._lock:
            for thread, stale in self._open:
                if not thread.is_alive():
                    stale.close()
            self._open = [it for it in self._open if it[0].is_alive()]
            self._open.append((threading.current_thread(), connection))
        return connection
