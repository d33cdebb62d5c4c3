"""The generations of namespaces on disk: publishing a new one, finding the newest sound one, erasing."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from pathlib import Path

from memsvc_stores.vectors.files import Files, locked, storage_errors
from memsvc_stores.vectors.generation import open_generation, write_generation
from memsvc_stores.vectors.manifest import Damaged
from memsvc_stores.vectors.names import QUARANTINE, UNFINISHED, children, generations, leftovers, new_generation
from memsvc_stores.vectors.removal import remove, retire_others, sweep, thin_quarantine
from memsvc_stores.vectors.segment import Snapshot

__all__ = ["Shelf"]

_log = logging.getLogger(__name__)
_LOCKS = 64


class Shelf:
    """Index files under one directory, shared by processes; one of them writes a namespace at a time."""

    def __init__(self, directory: Path, files: Files) -> None:
        self._directory = directory
        self._files = files

    def home(self, row: int) -> Path:
        """Return the directory of a namespace; it need not exist."""
        return self._directory / str(row)

    def publish(self, row: int, snapshot: Snapshot, *, force: bool) -> Snapshot | None:
        """Make a snapshot the newest generation, retire the others, and return it mapped.

        Unless by `force`, a generation of a later sequence stays and is returned instead: what an older reader
        still sees may have been purged since. Raises StorageFull, StorageReadOnly or Unavailable; then the
        generations that were there are there. None: the snapshot's own base is gone or damaged, open it again.
        """
        home = self.home(row)
        with storage_errors(home), self._locked(row, wait=True):
            self._files.make_directory(home)
            self._files.sync_directory(self._directory)
            sweep(self._files, home, zero=True)
            later = None if force else self._later(row, snapshot)
            if later is not None:
                return later
            if not self._sound(row, snapshot):
                return None
            target = new_generation(home, snapshot.applied)
            self._write(home, target, snapshot, row=row)
            published = open_generation(target, namespace=row)
            retire_others(self._files, home, target, published.base.rows)
            self._files.sync_directory(home)
            return published

    def newest(self, row: int) -> Snapshot | None:
        """Map the newest generation; set damaged ones aside, and remove what a crash has left behind."""
        home = self.home(row)
        opened = None
        while opened is None and (found := generations(home)):
            try:
                opened = open_generation(found[-1], namespace=row)
            except Damaged as damage:
                if not self._quarantine(row, found[-1], damage):
                    return None
        if leftovers(home):
            self._tidy(row, home)
        return opened

    def erase(self, row: int) -> None:
        """Overwrite and remove every file of a namespace; raise the storage errors."""
        home = self.home(row)
        if not home.is_dir():
            return
        with storage_errors(home), self._locked(row, wait=True):
            for child in children(home):
                remove(self._files, child, zero=True)
            self._files.remove_directory(home)
            self._files.sync_directory(self._directory)

    def _locked(self, row: int, *, wait: bool) -> AbstractContextManager[bool]:
        # Lock files outside the namespaces' directories, so that erasing takes no lock from under a waiter.
        return locked(self._directory / "locks" / f"{row % _LOCKS}.lock", wait=wait)

    def _later(self, row: int, snapshot: Snapshot) -> Snapshot | None:
        for path in generations(self.home(row))[-1:]:
            try:
                stored = open_generation(path, namespace=row)
            except Damaged as damage:
                _log.warning("index generation %s is damaged: %s; replacing it", path, damage)
                return None
            newer = stored.applied > snapshot.applied and stored.model_id == snapshot.model_id
            return stored if newer else None
        return None

    def _sound(self, row: int, snapshot: Snapshot) -> bool:
        """Check the base once more, lest its damage or removal be copied under a good checksum."""
        try:
            return snapshot.generation is None or bool(open_generation(snapshot.generation, namespace=row).base)
        except Damaged:
            return False

    def _write(self, home: Path, target: Path, snapshot: Snapshot, *, row: int) -> None:
        unfinished = home / f"{UNFINISHED}{target.name}"
        try:
            self._files.make_directory(unfinished)
            write_generation(self._files, unfinished, snapshot, namespace=row)
            self._files.sync_directory(unfinished)
            self._files.rename(unfinished, target)
            self._files.sync_directory(home)
        except OSError:
            # On a full disk the half-written files would keep it full.
            sweep(self._files, home, zero=False)
            raise

    def _tidy(self, row: int, home: Path) -> None:
        """Remove leftovers if no process is writing and the disk lets us; a later save does it otherwise."""
        try:
            with self._locked(row, wait=False) as taken:
                if taken:
                    for child in leftovers(home):
                        remove(self._files, child, zero=True)
                    self._files.sync_directory(home)
        except OSError as error:
            _log.warning("leftover index files in %s stay: %s", home, error.strerror)

    def _quarantine(self, row: int, damaged: Path, damage: Damaged) -> bool:
        """Set a generation aside; return False when this process cannot, and has to do without."""
        home = damaged.parent
        try:
            with self._locked(row, wait=False) as taken:
                if not taken:
                    return False
                # A writer in another process may have replaced it while we read: then it was sound.
                if damaged.is_dir():
                    self._files.rename(damaged, home / f"{QUARANTINE}{damaged.name}")
                    self._files.sync_directory(home)
                    _log.warning("index generation %s set aside: %s; rebuilding from SQL", damaged, damage)
                    thin_quarantine(self._files, home)
        except OSError as error:
            _log.warning("index generation %s is damaged (%s) and stays: %s", damaged, damage, error.strerror)
            return False
        return True
