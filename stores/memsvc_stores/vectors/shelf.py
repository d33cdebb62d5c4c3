"""The generations of namespaces on disk: publishing a new one, finding the newest sound one, erasing.

Layout: `DIR/NAMESPACE/gen-APPLIED-NUMBER-RANDOM/`; the highest number wins. A directory takes another name
before a byte in it changes, so a reader that finds the name after a scan has read sound bytes.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from memsvc.ports.ranking import Rows
from memsvc_stores.vectors.files import Files, locked, storage_errors
from memsvc_stores.vectors.generation import open_generation, stored_rows, write_generation
from memsvc_stores.vectors.manifest import Damaged
from memsvc_stores.vectors.segment import Snapshot

__all__ = ["Shelf"]

_log = logging.getLogger(__name__)
_NAME = re.compile(r"gen-(\d+)-(\d+)-[0-9a-f]{8}")
_LOCKS = 64
_MOST_QUARANTINED = 3
_UNFINISHED, _RETIRED, _QUARANTINE = "unfinished-", "retired-", "quarantine-"


class Shelf:
    """Index files under one directory, shared by processes; one of them writes a namespace at a time."""

    def __init__(self, directory: Path, files: Files) -> None:
        self._directory = directory
        self._files = files

    def publish(self, row: int, snapshot: Snapshot, *, force: bool) -> Snapshot | None:
        """Make a snapshot the newest generation, retire the others, and return it mapped.

        Unless by `force`, a generation of a later sequence stays and is returned instead: what an older reader
        still sees may have been purged since. Raises StorageFull, StorageReadOnly or Unavailable; then the
        generations that were there are there. None: the snapshot's own base is gone or damaged, open it again.
        """
        home = self._home(row)
        with storage_errors(home), self._locked(row, wait=True):
            self._files.make_directory(home)
            self._files.sync_directory(self._directory)
            self._sweep(home, zero=True)
            later = None if force else self._later(row, snapshot)
            if later is not None:
                return later
            if not self._sound(row, snapshot):
                return None
            # Never the name of a generation that another process may still have mapped.
            target = home / f"gen-{snapshot.applied}-{_next_number(home)}-{secrets.token_hex(4)}"
            self._write(home, target, snapshot, row=row)
            published = open_generation(target, namespace=row)
            self._retire_others(home, target, published.base.rows)
            return published

    def newest(self, row: int) -> Snapshot | None:
        """Map the newest generation; set damaged ones aside, and remove what a crash has left behind."""
        home = self._home(row)
        while found := self.generations(row):
            try:
                opened = open_generation(found[-1], namespace=row)
            except Damaged as damage:
                if not self._quarantine(row, found[-1], damage):
                    return None
                continue
            if self.leftovers(row):
                self._tidy(row, home)
            return opened
        if self.leftovers(row):
            self._tidy(row, home)
        return None

    def erase(self, row: int) -> None:
        """Overwrite and remove every file of a namespace; raise the storage errors."""
        home = self._home(row)
        if not home.is_dir():
            return
        with storage_errors(home), self._locked(row, wait=True):
            for child in sorted(home.iterdir()):
                self._remove(child, zero=True)
            self._files.remove_directory(home)
            self._files.sync_directory(self._directory)

    def generations(self, row: int) -> list[Path]:
        """Return the generation directories, oldest first."""
        return _generations(self._home(row))

    def leftovers(self, row: int) -> list[Path]:
        """Return what is neither the newest generation nor in quarantine."""
        home = self._home(row)
        kept = _generations(home)[-1:]
        return [it for it in _children(home) if it not in kept and not it.name.startswith(_QUARANTINE)]

    def disk_bytes(self, row: int) -> int:
        """Return the bytes of all files of a namespace."""
        return sum(_length(file) for child in _children(self._home(row)) for file in _children(child))

    def _home(self, row: int) -> Path:
        return self._directory / str(row)

    @contextmanager
    def _locked(self, row: int, *, wait: bool) -> Iterator[bool]:
        # Lock files outside the namespaces' directories, so that erasing takes no lock from under a waiter.
        with locked(self._directory / "locks" / f"{row % _LOCKS}.lock", wait=wait) as taken:
            yield taken

    def _later(self, row: int, snapshot: Snapshot) -> Snapshot | None:
        for path in self.generations(row)[-1:]:
            try:
                stored = open_generation(path, namespace=row)
            except Damaged:
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
        unfinished = home / f"{_UNFINISHED}{target.name}"
        try:
            self._files.make_directory(unfinished)
            write_generation(self._files, unfinished, snapshot, namespace=row)
            self._files.sync_directory(unfinished)
            self._files.rename(unfinished, target)
            self._files.sync_directory(home)
        except OSError:
            # On a full disk the half-written files would keep it full.
            self._sweep(home, zero=False)
            raise

    def _sweep(self, home: Path, *, zero: bool) -> None:
        for child in _children(home):
            if child.name.startswith((_UNFINISHED, _RETIRED)):
                self._remove(child, zero=zero)

    def _retire_others(self, home: Path, newest: Path, rows: Rows) -> None:
        """Remove all but the newest; where a note is gone from it, overwrite the old bytes first."""
        for child in _children(home):
            if child != newest:
                held = stored_rows(child)
                self._remove(child, zero=held is None or not bool(np.isin(held, rows).all()))

    def _tidy(self, row: int, home: Path) -> None:
        """Remove leftovers if no process is writing and the disk lets us; a later save does it otherwise."""
        try:
            with self._locked(row, wait=False) as taken:
                if taken:
                    for child in self.leftovers(row):
                        self._remove(child, zero=True)
                    self._files.sync_directory(home)
        except OSError as error:
            _log.warning("leftover index files in %s stay: %s", home, error.strerror)

    def _remove(self, path: Path, *, zero: bool) -> None:
        if path.is_dir():
            if not path.name.startswith(_RETIRED):
                retired = path.with_name(_RETIRED + path.name)
                self._files.rename(path, retired)
                path = retired
            for file in sorted(path.iterdir()):
                self._remove(file, zero=zero)
            self._files.remove_directory(path)
            return
        if zero:
            self._files.zero(path)
        self._files.remove_file(path)

    def _quarantine(self, row: int, damaged: Path, damage: Damaged) -> bool:
        """Set a generation aside; return False when this process cannot, and has to do without."""
        home = damaged.parent
        try:
            with self._locked(row, wait=False) as taken:
                if not taken:
                    return False
                # A writer in another process may have replaced it while we read: then it was sound.
                if damaged.is_dir():
                    self._files.rename(damaged, home / f"{_QUARANTINE}{damaged.name}")
                    self._files.sync_directory(home)
                    _log.warning("index generation %s set aside: %s; rebuilding from SQL", damaged, damage)
                    self._thin_quarantine(home)
        except OSError as error:
            _log.warning("index generation %s is damaged (%s) and stays: %s", damaged, damage, error.strerror)
            return False
        return True

    def _thin_quarantine(self, home: Path) -> None:
        held = [it for it in _children(home) if it.name.startswith(_QUARANTINE)]
        for child in sorted(held, key=_number)[:-_MOST_QUARANTINED]:
            self._remove(child, zero=True)


def _children(home: Path) -> list[Path]:
    try:
        return sorted(home.iterdir())
    except FileNotFoundError:
        return []


def _next_number(home: Path) -> int:
    return 1 + max((_number(child) for child in _children(home)), default=0)


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _generations(home: Path) -> list[Path]:
    return sorted((child for child in _children(home) if _NAME.fullmatch(child.name)), key=_number)


def _number(path: Path) -> int:
    found = _NAME.search(path.name)
    return int(found[2]) if found else 0
