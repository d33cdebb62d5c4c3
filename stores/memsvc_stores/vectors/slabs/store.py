"""The storage of vector indexes: slab files with a catalog in one directory, for many processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from memsvc.errors import MemsvcError
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.files import storage_errors
from memsvc_stores.vectors.layout import Meta
from memsvc_stores.vectors.slabs import anew, commit, lease, reclaim, removal, sweep, usage
from memsvc_stores.vectors.slabs.draft import SlabDraft
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.parts import Parts, opened
from memsvc_stores.vectors.slabs.stored import SlabStored, load
from memsvc_stores.vectors.slabs.usage import Usage
from memsvc_stores.vectors.slabs.writer import Writer

__all__ = ["Store"]

_LEASE_SECONDS: Final = 60.0


class Store:
    """Thread-safe; any number of processes may have one of the same directory, not across a fork.

    Every method raises StorageFull, StorageReadOnly, StorageBusy or Unavailable for what the disk says, and
    Damaged when files are not of this version or not what their checksums say. What had been committed is
    there still after any of them.
    """

    def __init__(
        self,
        directory: Path,
        files: Files | None = None,
        *,
        clock: Callable[[], float] = time.time,
        lease_seconds: float = _LEASE_SECONDS,
    ) -> None:
        self._directory = directory
        self._files = Files() if files is None else files
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._lock = threading.Lock()
        self._parts: Parts | None = None

    def open(self, namespace_row: int) -> SlabStored | None:
        """Return a namespace at its newest epoch; None when nothing is stored."""
        return load(self._open_parts(), namespace_row)

    @contextmanager
    def draft(self, namespace_row: int, *, fresh: bool = False) -> Iterator[SlabDraft]:
        """Be the one writer of a namespace; what is not committed by the end of the block is given up.

        A `fresh` draft starts from nothing. Raises StorageBusy, with the time to wait, when there is another
        writer.
        """
        parts = self._open_parts()
        owner = parts.owners.begin()
        try:
            epoch = lease.acquire(parts, namespace_row, owner)
            with _given_up(parts, namespace_row, owner):
                parts.epochs.committed(namespace_row, epoch)
                base = None if fresh else load(parts, namespace_row)
                yield SlabDraft(parts, Writer(parts, namespace_row, owner), base=base, from_epoch=epoch)
        finally:
            parts.owners.end(owner)

    def commit(self, draft: SlabDraft, meta: Meta) -> SlabStored:
        """Make a draft the newest epoch; raises StorageBusy when another writer has taken over its lease."""
        with storage_errors(self._directory):
            return commit.commit(self._open_parts(), draft, meta)

    def recycle(self, namespace_row: int, *, everything: bool) -> int:
        """Overwrite and free the retired pages of a namespace; return their number.

        Those that the epoch before the newest reads stay, unless `everything` is to go.
        """
        with storage_errors(self._directory):
            return reclaim.recycle(self._open_parts(), namespace_row, everything=everything)

    def set_aside(self, namespace_row: int, epoch: int) -> bool:
        """Forget a damaged epoch, if it is still the newest; say whether it was."""
        with storage_errors(self._directory):
            return removal.set_aside(self._open_parts(), namespace_row, epoch)

    def erase(self, namespace_row: int) -> None:
        """Drop a namespace and overwrite all its pages; a writer that is at it fails."""
        with storage_errors(self._directory):
            removal.erase(self._open_parts(), namespace_row)

    def namespaces(self) -> list[int]:
        """Return the rows of the namespaces that have something stored, ascending."""
        with self._open_parts().catalog.reading() as connection:
            found = connection.execute(
                "SELECT namespace FROM namespaces WHERE record IS NOT NULL ORDER BY namespace"
            )
            return [row for (row,) in found]

    def collect_orphans(self) -> int:
        """Free pages that dead writers have left and pages lost sight of; return their number."""
        parts = self._open_parts()
        with storage_errors(self._directory):
            return reclaim.collect_dead(parts) + sweep.collect_lost(parts)

    def settled(self) -> bool:
        """Say whether all pages that were given up have been overwritten, but for those of present writers."""
        with storage_errors(self._directory):
            return reclaim.settled(self._open_parts())

    def check(self, namespace_row: int) -> list[str]:
        """Compare everything stored of a namespace with its checksums; say what differs."""
        try:
            stored = self.open(namespace_row)
        except Damaged as error:
            return [str(error)]
        return [] if stored is None else stored.verify()

    def usage(self) -> Usage:
        """Count pages and bytes."""
        with storage_errors(self._directory):
            return usage.measure(self._open_parts())

    def reset(self) -> None:
        """Begin anew with an empty catalog; the old one is kept beside it, slabs are removed."""
        with storage_errors(self._directory), anew.alone(self._directory, self._files), self._lock:
            parts, self._parts = self._parts, None
            if parts is not None:
                overtaken = parts.epochs.dead()
                parts.close()
                if overtaken:
                    return
            anew.move_aside(self._directory, self._files)

    def close(self) -> None:
        """Close all files; what was opened can still be read."""
        with self._lock:
            parts, self._parts = self._parts, None
            if parts is not None:
                parts.close()

    def _open_parts(self) -> Parts:
        parts = self._parts
        if parts is not None and not parts.epochs.dead():
            return parts
        with self._lock:
            if self._parts is not None and self._parts.epochs.dead():
                self._parts.close()
                self._parts = None
            if self._parts is None:
                self._parts = opened(
                    self._directory, self._files, clock=self._clock, lease_seconds=self._lease_seconds
                )
            return self._parts


@contextmanager
def _given_up(parts: Parts, namespace: int, owner: str) -> Iterator[None]:
    """Give pages and lease back at the end, if a commit has not used them."""
    try:
        yield
    except BaseException:
        # What cannot be given back now stays pending, and is collected later.
        with suppress(MemsvcError, Damaged):
            _give_up(parts, namespace, owner)
        raise
    _give_up(parts, namespace, owner)


def _give_up(parts: Parts, namespace: int, owner: str) -> None:
    with storage_errors(parts.directory):
        reclaim.give_back(parts, owner)
        lease.let_go(parts, owner, namespace)
