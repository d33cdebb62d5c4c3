"""Starting a directory of slabs over."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.slabs.catalog import CATALOG
from memsvc_stores.vectors.slabs.epochs import EPOCHS, Epochs
from memsvc_stores.vectors.slabs.files import Files

__all__ = ["SIDE_FILES", "alone", "finish", "move_aside"]

SIDE_FILES: Final = (f"{CATALOG}-wal", f"{CATALOG}-shm")
_LOCK: Final = "reset.lock"


@contextmanager
def alone(directory: Path, files: Files) -> Iterator[None]:
    """Keep other processes from starting over at the same time."""
    files.make_directory(directory)
    handle = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def move_aside(directory: Path, files: Files) -> None:
    """Rename the catalog, remove all else, and tell every process that has the old files open.

    Only the catalog is kept, for whoever wants to know what happened to it: it holds no vectors.
    """
    if (directory / EPOCHS).exists():
        with suppress(Damaged):
            epochs = Epochs(directory / EPOCHS, files)
            try:
                epochs.bury()
            finally:
                epochs.close()
    # Before the catalog: a log of another catalog must never lie beside a new one.
    for name in SIDE_FILES:
        files.remove(directory / name)
    if (directory / CATALOG).exists():
        files.rename(directory / CATALOG, directory / f"{CATALOG}.damaged")
    for path in sorted(directory.glob("pages-*.slab")):
        files.remove(path)
    files.remove(directory / EPOCHS)
    files.sync_directory(directory)


def finish(directory: Path, files: Files) -> None:
    """Go on where a process died while it started over."""
    with alone(directory, files):
        if not (directory / EPOCHS).exists():
            return
        with suppress(Damaged):
            epochs = Epochs(directory / EPOCHS, files)
            dead = epochs.dead()
            epochs.close()
            if dead:
                move_aside(directory, files)
