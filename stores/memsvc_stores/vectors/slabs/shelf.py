"""The slabs of a directory, one per page size, opened when they are needed."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.slab import HEADER_PAGES, Slab, View, header, slab_name

__all__ = ["Slabs"]


class Slabs:
    """Thread-safe."""

    def __init__(self, directory: Path, files: Files) -> None:
        self._directory = directory
        self._files = files
        self._lock = threading.Lock()
        self._open: dict[int, Slab] = {}

    def __getitem__(self, page_bytes: int) -> Slab:
        """Return a slab; raises Damaged when it is missing or of another format."""
        found = self._open.get(page_bytes)
        if found is None:
            with self._lock:
                found = self._open.get(page_bytes)
                if found is None:
                    path = self._directory / slab_name(page_bytes)
                    found = self._open[page_bytes] = Slab(path, page_bytes, self._files)
        return found

    def view(self, page_bytes: int, pages: int) -> View:
        """Return a map of a slab that has at least so many pages."""
        return self[page_bytes].view(max(pages, HEADER_PAGES))

    def viewer(self, page_bytes: int) -> Callable[[int], View]:
        """Return `view` for one page size."""
        return partial(self.view, page_bytes)

    def known(self, connection: sqlite3.Connection, page_bytes: int) -> bool:
        """Say whether the slab of a page size has been made."""
        found = connection.execute("SELECT 1 FROM slabs WHERE page_bytes = ?", (page_bytes,)).fetchone()
        return found is not None

    def ensure(self, connection: sqlite3.Connection, page_bytes: int) -> None:
        """Make a slab unless it is there, inside a write transaction."""
        if self.known(connection, page_bytes):
            return
        path = self._directory / slab_name(page_bytes)
        # It may be there, from a transaction that was cut short.
        self._files.remove(path)
        self._files.create(path)
        handle = os.open(path, os.O_RDWR)
        try:
            self._files.write(handle, header(page_bytes).ljust(page_bytes, b"\0"), offset=0)
            self._files.sync(handle)
        finally:
            os.close(handle)
        self._files.sync_directory(self._directory)
        connection.execute("INSERT INTO slabs VALUES (?, ?)", (page_bytes, HEADER_PAGES))

    def sync(self, page_sizes: Iterable[int]) -> None:
        for page_bytes in sorted(page_sizes):
            self[page_bytes].sync()

    def close(self) -> None:
        with self._lock:
            for slab in self._open.values():
                with suppress(OSError):
                    slab.close()
            self._open.clear()
