"""Every step that changes a slab file or the catalog, one method each, so that a test can stop the world there."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

__all__ = ["Bytes", "Files"]

_ZEROS = bytes(1 << 20)
_KEEP_SIZE = 1
_PUNCH_HOLE = 2
Bytes: TypeAlias = bytes | memoryview


class Files:
    """Changes of files. Written bytes are durable after `sync`, names after `sync_directory`."""

    def make_directory(self, path: Path) -> None:
        """Make a directory for its owner alone, with its parents, unless it is there."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(self, path: Path) -> None:
        """Make an empty file for its owner alone, unless it is there."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))

    def grow(self, handle: int, size: int) -> None:
        """Lengthen a file with a hole; never shorten it."""
        if os.fstat(handle).st_size < size:
            os.ftruncate(handle, size)

    def write(self, handle: int, content: Bytes, *, offset: int) -> None:
        """Write all of the content at a place."""
        left = memoryview(content).cast("B")
        while left:
            done = os.pwrite(handle, left, offset)
            left, offset = left[done:], offset + done

    def zero(self, handle: int, *, offset: int, length: int) -> None:
        """Overwrite a range with zeros."""
        while length:
            done = os.pwrite(handle, memoryview(_ZEROS)[: min(length, len(_ZEROS))], offset)
            offset, length = offset + done, length - done

    def release(self, handle: int, *, offset: int, length: int) -> None:
        """Give the room of zeros back to the disk where the system can: they are read as zeros from a hole."""
        if sys.platform == "linux":
            # What a file system does not know how to do is not needed either.
            _fallocate()(handle, _PUNCH_HOLE | _KEEP_SIZE, offset, length)

    def sync(self, handle: int) -> None:
        """Make what was written to a file durable."""
        if hasattr(os, "fdatasync"):
            os.fdatasync(handle)
        else:
            os.fsync(handle)

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory durable."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Rename a file."""
        source.rename(target)

    def remove(self, path: Path) -> None:
        """Unlink a file, if it is there."""
        path.unlink(missing_ok=True)

    def commit(self, connection: sqlite3.Connection) -> None:
        """Commit the transaction of the catalog; durable when it returns."""
        connection.execute("COMMIT")


@lru_cache(maxsize=1)
def _fallocate() -> Callable[[int, int, int, int], int]:
    found = ctypes.CDLL(None).fallocate
    found.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    return found
