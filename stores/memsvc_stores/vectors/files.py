"""Every step that changes files, one method each, so that a test can stop the world at any of them."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from memsvc.errors import MemsvcError, StorageFull, StorageReadOnly, Unavailable

__all__ = ["Files", "Written", "locked", "storage_errors"]

_ZERO_BLOCK = 1 << 20
Bytes: TypeAlias = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Written:
    """Length and BLAKE2b (hex) of a file's content."""

    length: int
    digest: str


class Files:
    """File changes, durable when the method returns except for names: sync their directory."""

    def write(self, path: Path, blocks: Iterable[Bytes]) -> Written:
        """Write a new file and fsync it."""
        digest = hashlib.blake2b(digest_size=32)
        length = 0
        with path.open("xb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                length += memoryview(block).nbytes
            file.flush()
            os.fsync(file.fileno())
        return Written(length, digest.hexdigest())

    def zero(self, path: Path) -> None:
        """Overwrite a file's content in place with zeros and fsync it."""
        with path.open("r+b") as file:
            left = os.fstat(file.fileno()).st_size
            while left:
                left -= file.write(bytes(min(left, _ZERO_BLOCK)))
            file.flush()
            os.fsync(file.fileno())

    def make_directory(self, path: Path) -> None:
        """Make a directory, with its parents, unless it is there."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory durable."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Rename a directory; readers see the one name or the other."""
        source.rename(target)

    def remove_file(self, path: Path) -> None:
        """Unlink a file."""
        path.unlink()

    def remove_directory(self, path: Path) -> None:
        """Remove an empty directory."""
        path.rmdir()


@contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock against other threads and processes; give False when it is taken and `wait` is false."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


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
