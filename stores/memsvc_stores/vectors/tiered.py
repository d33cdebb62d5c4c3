"""The vector index: exact in RAM while a namespace is small, then flat-coded, then paged."""

from __future__ import annotations

from pathlib import Path

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
from memsvc_stores.vectors.compare import differences, stored_differences
from memsvc_stores.vectors.current import CurrentSnapshots
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.opening import Care
from memsvc_stores.vectors.paged.search import LEVELS, Effort
from memsvc_stores.vectors.saving import Saver
from memsvc_stores.vectors.scan import checked_query, top
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.snapshot import Snapshot
from memsvc_stores.vectors.tools import Toolbox

__all__ = ["TieredVectorIndex"]

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
        limits = Limits(exact_keys, flat_keys, max(memory_bytes // 4, _LEAST_TAIL_BYTES))
        self._toolbox = Toolbox()
        self._saver = None
        if directory is not None:
            self._saver = Saver(
                directory,
                files or Files(),
                limits=limits,
                toolbox=self._toolbox,
                care=Care(reranked, effort or LEVELS["balanced"]),
            )
        self._current = CurrentSnapshots(self._saver, limits=limits, memory_bytes=memory_bytes)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM of all open namespaces."""
        return self._current.memory_bytes

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
            snapshot = self._current.fresh(source, state)
            try:
                coded, made = self._coded(snapshot, vector), snapshot.made_bytes
                ranked = top(snapshot, coded, length=length, k=k, allowed=allowed, within=within)
                if snapshot.made_bytes > made:
                    self._current.recount(state.row)
                if snapshot.sound:
                    return ranked
                self._current.forget(state.row, snapshot)
            except Damaged as damage:
                self._current.give_up(state.row, snapshot, damage)

    def save(self, source: VectorSource, state: NamespaceState) -> None:
        """Store what is visible to `state`, unless just that is stored.

        Raises StorageFull, StorageReadOnly or Unavailable; searches then go on from RAM and the old pages.
        """
        if self._saver is None:
            return
        keys = self._current.fresh(source, state).keys
        stored = self._saver.save(source, state, keys=keys)
        self._current.adopt(state, stored)

    def verify(self, source: VectorSource, state: NamespaceState) -> list[IndexProblem]:
        """Compare what is stored and the open namespace with the source; change nothing."""
        found = [] if self._saver is None else stored_differences(self._saver, source, state)
        opened = self._current.peek(state.row)
        if opened is None or opened.snapshot is None or not opened.snapshot.of(state.model):
            return found
        snapshot = self._current.fresh(source, state)
        try:
            in_memory = differences("memory", snapshot, source, state)
        except Damaged as damage:
            self._current.give_up(state.row, snapshot, damage)
            return found
        # What other readers have seen since, or pages that are being given back, say nothing about the index.
        return found if snapshot.applied > state.last_sequence or not snapshot.sound else found + in_memory

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Store everything anew from the source."""
        self._current.drop(state.row)
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
        if self._saver is None or not self._saver.begun:
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
        self._current.drop(namespace_row)
        if self._saver is not None and self._saver.begun:
            self._saver.erase(namespace_row)
            self._saver.scrub(namespace_row)

    def stats(self, source: VectorSource, state: NamespaceState) -> IndexStats:
        """Return sizes; `memory_bytes` is anonymous RAM, mapped files count as `disk_bytes`."""
        snapshot = self._current.fresh(source, state)
        opened = self._current.peek(state.row)
        return IndexStats(
            form=snapshot.form,
            vectors=snapshot.keys,
            applied_sequence=snapshot.applied,
            memory_bytes=0 if opened is None else opened.memory_bytes,
            disk_bytes=0 if snapshot.base is None else snapshot.base.stored.disk_bytes,
        )

    def close(self) -> None:
        """Close every namespace; nothing that is not in SQL is lost."""
        self._current.clear()
        if self._saver is not None:
            self._saver.close()

    def _coded(self, snapshot: Snapshot, vector: Vector) -> Coded:
        if snapshot.base is None:
            return Coded(vector, vector)
        return Coded(vector, self._toolbox.of(snapshot.model.dimension).codec.rotate_query(vector))
