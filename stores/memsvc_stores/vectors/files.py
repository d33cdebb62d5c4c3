"""What the system says about a disk, in the words of memsvc's errors."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memsvc.errors import MemsvcError, StorageFull, StorageReadOnly, Unavailable

__all__ = ["storage_errors"]


@contextmanager
def storage_errors(directory: Path) -> Iterator[None]:
    """Raise what the system says about a disk as StorageFull, StorageReadOnly or Unavailable."""
    try:
        yield
    except OSError as error:
        raise _storage_error(error, directory) from error


def _storage_error(error: OSError, directory: Path) -> MemsvcError:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFull(f"no room for index files in {directory} ({reason}): free some; nothing is lost")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StorageReadOnly(
            f"index files in {directory} cannot be written ({reason}): check its rights and mount"
        )
    return Unavailable(f"index files in {directory} cannot be changed ({reason}): check the disk")
