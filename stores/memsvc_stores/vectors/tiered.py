"""The vector index: exact in RAM while a namespace is small, then flat-coded, then paged."""

from __future__ import annotations

import logging
from pathlib import Path

from memsvc.errors import StorageBusy, StorageFull, StorageReadOnly, Unavailable
from memsvc.ports.embedding import Vector
from memsvc.ports.ranking import (
    IndexProblem,
    IndexStats,
    NamespaceState,
    Ranked,
    Rows,
    VectorSource,
    Within,
)
from memsvc_stores.vectors.base import Coded
from memsvc_stores.vectors.budget import OpenNamespaces
from memsvc_stores.vectors.compare import differences, stored_differences
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.opened import OpenNamespace
from memsvc_stores.vectors.opening import Care
from memsvc_stores.vectors.paged.search import LEVELS, Effort
from memsvc_stores.vectors.saving import Saver
from memsvc_stores.vectors.scan import checked_query, top
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.snapshot import Snapshot, blank
from memsvc_stores.vectors.tools import Toolbox

__all__ = ["TieredVectorIndex"]

_log = logging.getLogger(__name__)
_CHUNK = 16_384
_LONG_TAIL = 256
_LEAST_TAIL_BYTES = 1 << 20


class TieredVectorIndex:
    """Implements VectorIndex. Thread-safe, and shared between processes through its directory.

    `directory` None keeps everything exact and in RAM. `memory_bytes` bounds the anonymous RAM of all open
    namespaces. A flat namespace scores at least `reranked` rows exactly in each search, a paged one reads as much
    as `effort` says (balanced by default).
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        memory_bytes: int,
        exact_keys: int = 512,
        flat_keys: int = 131_072,
        reranked: int = 75,
        effort: Effort | None = None,
        files: Files | None = None,
    ) -> None:
        self._limits = Limits(exact_keys, flat_keys, max(memory_bytes // 4, _LEAST_TAIL_BYTES))
        self._toolbox = Toolbox()
        self._saver = None
        if directory is not None:
            self._saver = Saver(
                directory,
                files or Files(),
                limits=self._limits,
                toolbox=self._toolbox,
                care=Care(reranked, effort or LEVELS["balanced"]),
            )
        self._open = OpenNamespaces(memory_bytes)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM of all open namespaces."""
        return self._open.memory_bytes

    def search(
        self,
        source: VectorSource,
        state: NamespaceState,
        query: Vector,
        *,
        k: int,
        allowed: Rows | None,
        within: Within | None = None,
    ) -> Ranked:
        """Return the k best notes; see VectorIndex.search."""
        vector, length = checked_query(query, state.model)
        while True:
            snapshot = self._fresh(source, state)
            try:
                coded = self._coded(snapshot, vector)
                ranked = top(snapshot, coded, length=length, k=k, allowed=allowed, within=within)
                if snapshot.sound:
                    return ranked
                self._forget(state.row, snapshot)
            except Damaged as damage:
                self._give_up(state.row, snapshot, damage)

    def save(self, source: VectorSource, state: NamespaceState) -> None:
        """Store what is visible to `state`, unless just that is stored.

        Raises StorageFull, StorageReadOnly or Unavailable; searches then go on from RAM and the old pages.
        """
        if self._saver is None:
            return
        keys = self._fresh(source, state).keys
        stored = self._saver.save(source, state, keys=keys)
        self._adopt(state, stored)

    def verify(self, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare what is stored and the open namespace with the source; change nothing."""
        found = [] if self._saver is None else stored_differences(self._saver, source, state)
        opened = self._open.peek(state.row)
        if opened is None or opened.snapshot is None or not opened.snapshot.of(state.model):
            return found
        snapshot = self._fresh(source, state)
        try:
            in_memory = differences("memory", snapshot, source, state)
        except Damaged as damage:
            self._give_up(state.row, snapshot, damage)
            return found
        # What other readers have seen since, or pages that are being given back, say nothing about the index.
        return found if snapshot.applied > state.last_sequence or not snapshot.sound else found + in_memory

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Store everything anew from the source."""
        self._open.drop(state.row)
        if self._saver is not None:
            self._saver.rebuild(source, state)

    def compact(self, source: VectorSource, state: NamespaceState) -> None:
        """Save, anew if many rows are unused, and give all freed pages back."""
        if self._saver is None:
            return
        self.save(source, state)
        if self._saver.loose(state):
            self.rebuild(source, state)
        self._saver.tidy(state.row)

    def purge(self, source: VectorSource, state: NamespaceState) -> None:
        """Save, and overwrite every page that has been given up; see VectorIndex.purge."""
        if self._saver is None:
            return
        applied = self._saver.applied(state.row)
        if applied is not None and applied > state.last_sequence:
            # Of a history that a restored backup has undone: what it holds cannot be told from the journal.
            self.erase(state.row)
            return
        if applied is not None:
            self.save(source, state)
        self._saver.scrub(state.row)

    def erase(self, namespace_row: int) -> None:
        """Overwrite and give back every page of a namespace, and forget it."""
        self._open.drop(namespace_row)
        if self._saver is not None:
            self._saver.erase(namespace_row)
            self._saver.scrub(namespace_row)

    def stats(self, source: VectorSource, state: NamespaceState) -> IndexStats:
        """Return sizes; `memory_bytes` is anonymous RAM, mapped files count as `disk_bytes`."""
        snapshot = self._fresh(source, state)
        opened = self._open.peek(state.row)
        return IndexStats(
            form=snapshot.form,
            vectors=snapshot.keys,
            applied_sequence=snapshot.applied,
            memory_bytes=0 if opened is None else opened.memory_bytes,
            disk_bytes=0 if snapshot.base is None else snapshot.base.stored.disk_bytes,
        )

    def close(self) -> None:
        """Close every namespace; nothing that is not in SQL is lost."""
        self._open.clear()
        if self._saver is not None:
            self._saver.close()

    def _coded(self, snapshot: Snapshot, vector: Vector) -> Coded:
        if snapshot.base is None:
            return Coded(vector, vector)
        return Coded(vector, self._toolbox.of(snapshot.model.dimension).codec.rotate_query(vector))

    def _fresh(self, source: VectorSource, state: NamespaceState) -> Snapshot:
        """Return a snapshot that is at least as new as the state; an older reader may get a newer one."""
        while True:
            opened = self._open.get(state.row)
            snapshot = opened.snapshot
            if snapshot is not None and snapshot.applied >= state.last_sequence and snapshot.of(state.model):
                return snapshot
            try:
                with opened.lock:
                    return self._advance(opened, source, state)
            except Damaged as damage:
                if opened.snapshot is None:
                    raise
                self._give_up(state.row, opened.snapshot, damage)
            finally:
                self._open.settle(state.row, opened)

    def _advance(self, opened: OpenNamespace, source: VectorSource, state: NamespaceState) -> Snapshot:
        snapshot = opened.snapshot
        if snapshot is None or not snapshot.of(state.model):
            snapshot = self._stored(opened, state) or blank(state.model)
            opened.start(snapshot)
        elif len(snapshot.tail) > _LONG_TAIL and not (snapshot.base and snapshot.base.stored.newest()):
            newer = self._stored(opened, state)
            if newer is not None and newer.applied >= snapshot.applied:
                opened.start(newer)
        while (snapshot := opened.snapshot or snapshot).applied < state.last_sequence:
            opened.apply(source.vector_delta(snapshot.applied, limit=_CHUNK))
            if opened.tail_bytes > self._limits.tail_bytes and not opened.distrusted:
                self._unload(opened, source, state)
        return snapshot

    def _unload(self, opened: OpenNamespace, source: VectorSource, state: NamespaceState) -> None:
        """Store a tail that is too long for RAM; on a disk that takes nothing it stays in RAM."""
        if self._saver is None or opened.snapshot is None:
            return
        try:
            stored = self._saver.save(source, state, keys=opened.snapshot.keys, wait=False)
        except StorageBusy:
            return
        except (StorageFull, StorageReadOnly, Unavailable) as error:
            _log.warning("unsaved vectors of an index stay in RAM: %s", error)
            opened.distrusted = True
            return
        if stored is not None and opened.snapshot.applied <= stored.applied <= state.last_sequence:
            opened.start(stored)

    def _stored(self, opened: OpenNamespace, state: NamespaceState) -> Snapshot | None:
        if self._saver is None or opened.distrusted:
            return None
        try:
            stored = self._saver.newest(state)
        except StorageBusy as error:
            _log.info("the index of namespace %d is not opened now: %s", state.row, error)
            return None
        except (StorageFull, StorageReadOnly, Unavailable) as error:
            _log.warning("the index of namespace %d is not opened: %s", state.row, error)
            opened.distrusted = True
            return None
        if stored is not None and stored.applied > state.last_sequence:
            # Either this reader is an old one, or a restored backup has undone the history of what is stored.
            # Answer from SQL, and keep nothing of it open, so that the next reader opens it.
            _log.info("the index is past sequence %d: rebuild it if SQL was restored", state.last_sequence)
            self._open.drop(state.row)
            return None
        return stored

    def _adopt(self, state: NamespaceState, stored: Snapshot | None) -> None:
        """Go on from what has just been stored; from RAM alone when that is nothing."""
        opened = self._open.get(state.row)
        with opened.lock:
            present = opened.snapshot
            opened.distrusted = False
            if stored is not None and stored.applied <= state.last_sequence:
                opened.start(stored)
            elif stored is not None or (present is not None and present.base is not None):
                self._open.drop(state.row)
        self._open.settle(state.row, opened)

    def _forget(self, row: int, snapshot: Snapshot) -> None:
        """Close a namespace that still reads from the snapshot's pages, which have been given back."""
        opened = self._open.peek(row)
        present = None if opened is None else opened.snapshot
        if present is not None and present.stored is snapshot.stored:
            self._open.drop(row)

    def _give_up(self, row: int, snapshot: Snapshot, damage: Damaged) -> None:
        """Do without what is stored until the next save, which builds it from SQL."""
        if not snapshot.sound:
            # Not damaged: another process has given pages back that were read meanwhile.
            self._forget(row, snapshot)
            return
        if self._saver is not None:
            self._saver.set_aside(row, snapshot.stored, damage)
        opened = self._open.get(row)
        with opened.lock:
            if opened.snapshot is not None and opened.snapshot.stored is not snapshot.stored:
                return
            opened.distrusted = True
            opened.start(blank(snapshot.model))
        self._open.settle(row, opened)
