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
from memsvc_stores.vectors.slabs.parts import SIDE_FILES

__all__ = ["alone", "move_aside"]

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
            epochs.bury()
            epochs.close()
    if (directory / CATALOG).exists():
        files.rename(directory / CATALOG, directory / f"{CATALOG}.damaged")
    for name in (*SIDE_FILES, EPOCHS):
        files.remove(directory / name)
    for path in sorted(directory.glob("pages-*.slab")):
        files.remove(path)
    files.sync_directory(directory)
