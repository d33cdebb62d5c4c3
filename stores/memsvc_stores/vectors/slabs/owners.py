"""Who writes: a name per piece of work, and a locked file per process that shows it is alive."""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from memsvc_stores.vectors.slabs.files import Files

__all__ = ["WRITERS", "Owners"]

WRITERS: Final = "writers"


class Owners:
    """Names of the work of one Store; others see by its lock whether they may clear up after it. Thread-safe."""

    def __init__(self, directory: Path, files: Files) -> None:
        self._directory = directory / WRITERS
        self._files = files
        self._lock = threading.Lock()
        self._token = ""
        self._handle = -1
        self._active: set[str] = set()
        self._named = 0

    def begin(self) -> str:
        """Return a new name, alive until `end` or until this process dies."""
        with self._lock:
            if not self._token:
                self._show_life()
            self._named += 1
            owner = f"{self._token}/{self._named}"
            self._active.add(owner)
            return owner

    def end(self, owner: str) -> None:
        """Let others clear up what the work has left."""
        with self._lock:
            self._active.discard(owner)

    def alive(self, owner: str) -> bool:
        """Say whether work of that name may still write."""
        token = owner.partition("/")[0]
        with self._lock:
            if token == self._token:
                return owner in self._active
        path = self._directory / token
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        self._files.remove(path)
        return False

    def close(self) -> None:
        with self._lock:
            if self._handle >= 0:
                self._files.remove(self._directory / self._token)
                os.close(self._handle)
            self._token, self._handle = "", -1
            self._active.clear()

    def _show_life(self) -> None:
        self._files.make_directory(self._directory)
        token = secrets.token_hex(8)
        self._files.create(self._directory / token)
        handle = os.open(self._directory / token, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise
        self._token, self._handle = token, handle
