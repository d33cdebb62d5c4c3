"""The exact vector index: a scan of all keys of a namespace, mapped from disk when there are many."""

from __future__ import annotations

import logging
from pathlib import Path

from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import IndexProblem, IndexStats, NamespaceState, Ranked, Rows, VectorSource
from memsvc_stores.vectors.budget import OpenNamespaces
from memsvc_stores.vectors.compare import differences, on_disk
from memsvc_stores.vectors.files import Files
from memsvc_stores.vectors.names import applied_in_name, disk_bytes, leftovers
from memsvc_stores.vectors.opened import OpenNamespace, blank
from memsvc_stores.vectors.scan import checked_query, top
from memsvc_stores.vectors.segment import Snapshot
from memsvc_stores.vectors.shelf import Shelf

__all__ = ["ExactVectorIndex"]

_log = logging.getLogger(__name__)


class ExactVectorIndex:
    """Implements VectorIndex by brute force; exact, and the measure of every other form.

    `directory` None keeps everything in RAM. A namespace has files only from `save_rows` keys on: below that
    loading it from SQL is as quick. `memory_bytes` bounds the anonymous RAM of all open namespaces.
    """

    def __init__(
        self, directory: Path | None, *, memory_bytes: int, save_rows: int = 4096, files: Files | None = None
    ) -> None:
        self._shelf = None if directory is None else Shelf(directory, files or Files())
        self._open = OpenNamespaces(memory_bytes)
        self._save_rows = max(1, save_rows)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM of all open namespaces."""
        return self._open.memory_bytes

    def search(
        self, source: VectorSource, state: NamespaceState, query: Vector, *, k: int, allowed: Rows | None
    ) -> Ranked:
        """Return the k best notes; see VectorIndex.search."""
        vector, length = checked_query(query, state.model)
        while True:
            snapshot = self._fresh(source, state)
            ranked = top(snapshot, vector, length=length, k=k, allowed=allowed)
            if not _base_gone(snapshot):
                return ranked
            # Another process has replaced the generation, and may have overwritten it during the scan.
            self._forget(state.row, snapshot)

    def save(self, source: VectorSource, state: NamespaceState) -> None:
        """Write a generation of what is visible to `state`, unless the newest one is just that.

        Raises StorageFull, StorageReadOnly or Unavailable; searches then go on from RAM and the old files.
        """
        if self._shelf is None:
            return
        snapshot = self._fresh(source, state)
        while not self._saved(state.row, snapshot) and not self._persist(state, snapshot, force=False):
            self._open.drop(state.row)
            snapshot = self._fresh(source, state)

    def verify(self, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare the newest generation and the open namespace with the source; change no file."""
        truth = source.vector_delta(0)
        found = [] if self._shelf is None else on_disk(self._shelf, source, state, truth)
        opened = self._open.peek(state.row)
        if opened is None or opened.snapshot is None or not opened.snapshot.of(state.model):
            return found
        snapshot = self._fresh(source, state)
        in_memory = differences("memory", snapshot, truth)
        # What other readers have seen since, or a base that is being replaced, says nothing about the index.
        return found if snapshot.applied > truth.upto or _base_gone(snapshot) else found + in_memory

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Load everything from the source and replace the files."""
        opened = OpenNamespace()
        opened.start(blank(state.model))
        opened.apply(source.vector_delta(0))
        self._open.drop(state.row)
        if opened.snapshot is not None:
            self._persist(state, opened.snapshot, force=True)

    def erase(self, namespace_row: int) -> None:
        """Overwrite and remove every file of a namespace, and forget it."""
        self._open.drop(namespace_row)
        if self._shelf is not None:
            self._shelf.erase(namespace_row)

    def stats(self, source: VectorSource, state: NamespaceState) -> IndexStats:
        """Return sizes; `memory_bytes` is anonymous RAM, mapped files count as `disk_bytes`."""
        snapshot = self._fresh(source, state)
        opened = self._open.peek(state.row)
        return IndexStats(
            form="exact",
            vectors=snapshot.keys,
            applied_sequence=snapshot.applied,
            memory_bytes=0 if opened is None else opened.memory_bytes,
            disk_bytes=0 if self._shelf is None else disk_bytes(self._shelf.home(state.row)),
        )

    def close(self) -> None:
        """Close every namespace; nothing that is not in SQL is lost."""
        self._open.clear()

    def _fresh(self, source: VectorSource, state: NamespaceState) -> Snapshot:
        """Return a snapshot that is at least as new as the state; an older reader may get a newer one."""
        opened = self._open.get(state.row)
        snapshot = opened.snapshot
        if snapshot is not None and snapshot.applied >= state.last_sequence and snapshot.of(state.model):
            return snapshot
        try:
            with opened.lock:
                return self._advance(opened, source, state)
        finally:
            self._open.settle(state.row, opened)

    def _advance(self, opened: OpenNamespace, source: VectorSource, state: NamespaceState) -> Snapshot:
        snapshot = opened.snapshot
        if snapshot is None or not snapshot.of(state.model):
            snapshot = self._stored(state) or blank(state.model)
            opened.start(snapshot)
        if snapshot.applied < state.last_sequence:
            opened.apply(source.vector_delta(snapshot.applied))
        return opened.snapshot or snapshot

    def _stored(self, state: NamespaceState) -> Snapshot | None:
        stored = None if self._shelf is None else self._shelf.newest(state.row)
        if stored is None or not stored.of(state.model):
            return None
        if stored.applied > state.last_sequence:
            # Either this reader is an old one, or a restored backup has undone the files' history. Answer from
            # SQL, and keep nothing of it open, so that the next reader opens the files.
            _log.info(
                "%s is past sequence %d: rebuild it if SQL was restored", stored.generation, state.last_sequence
            )
            self._open.drop(state.row)
            return None
        return stored

    def _forget(self, row: int, snapshot: Snapshot) -> None:
        """Close a namespace if it still reads from the snapshot's generation."""
        opened = self._open.peek(row)
        present = None if opened is None else opened.snapshot
        if present is not None and present.generation == snapshot.generation:
            self._open.drop(row)

    def _saved(self, row: int, snapshot: Snapshot) -> bool:
        """Say whether the newest generation is just this snapshot, and nothing else is there."""
        path = snapshot.generation
        if self._shelf is None or path is None or leftovers(self._shelf.home(row)):
            return False
        return path.exists() and applied_in_name(path) == snapshot.applied and not len(snapshot.tail)

    def _persist(self, state: NamespaceState, snapshot: Snapshot, *, force: bool) -> bool:
        """Write a generation, or remove the files of a small namespace; False when the snapshot's base is gone."""
        if self._shelf is None:
            return True
        if snapshot.keys < self._save_rows:
            self._shelf.erase(state.row)
            if snapshot.generation is not None:
                self._open.drop(state.row)
            return True
        published = self._shelf.publish(state.row, snapshot, force=force)
        if published is None:
            return False
        if published.applied > snapshot.applied:
            self._open.drop(state.row)
            return True
        opened = self._open.get(state.row)
        with opened.lock:
            opened.start(published)
        self._open.settle(state.row, opened)
        return True


def _base_gone(snapshot: Snapshot) -> bool:
    """Say whether the files under a snapshot have been replaced or erased: then its bytes mean nothing."""
    return snapshot.generation is not None and not snapshot.generation.exists()
