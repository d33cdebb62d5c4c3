"""Open namespaces kept in step with SQL, and with what any process has stored."""

from __future__ import annotations

import logging

from memsvc.errors import StorageBusy, StorageFull, StorageReadOnly, Unavailable
from memsvc.ports.ranking import NamespaceState, VectorSource
from memsvc_stores.vectors.budget import OpenNamespaces
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.opened import OpenNamespace
from memsvc_stores.vectors.saving import Saver
from memsvc_stores.vectors.snapshot import Snapshot, blank

__all__ = ["CurrentSnapshots"]

_log = logging.getLogger(__name__)
_CHUNK = 16_384
_LONG_TAIL = 256


class CurrentSnapshots:
    """Snapshots by namespace. Thread-safe; `memory_bytes` bounds the anonymous RAM of all."""

    def __init__(self, saver: Saver | None, *, limits: Limits, memory_bytes: int) -> None:
        self._saver = saver
        self._limits = limits
        self._open = OpenNamespaces(memory_bytes)

    @property
    def memory_bytes(self) -> int:
        """Bytes of anonymous RAM of all open namespaces."""
        return self._open.memory_bytes

    def peek(self, row: int) -> OpenNamespace | None:
        """Return a namespace if it is open."""
        return self._open.peek(row)

    def drop(self, row: int) -> None:
        """Close a namespace."""
        self._open.drop(row)

    def clear(self) -> None:
        """Close all namespaces."""
        self._open.clear()

    def fresh(self, source: VectorSource, state: NamespaceState) -> Snapshot:
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
                self.give_up(state.row, opened.snapshot, damage)
            finally:
                self._open.settle(state.row, opened)

    def recount(self, row: int) -> None:
        """Count a namespace of which a search may have made something that it keeps."""
        opened = self._open.peek(row)
        if opened is not None:
            self._open.settle(row, opened)

    def adopt(self, state: NamespaceState, stored: Snapshot | None) -> None:
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

    def forget(self, row: int, snapshot: Snapshot) -> None:
        """Close a namespace that still reads from the snapshot's pages, which have been given back."""
        opened = self._open.peek(row)
        present = None if opened is None else opened.snapshot
        if present is not None and present.stored is snapshot.stored:
            self._open.drop(row)

    def give_up(self, row: int, snapshot: Snapshot, damage: Damaged) -> None:
        """Do without what is stored until the next save, which builds it from SQL."""
        if not snapshot.sound:
            # Not damaged: another process has given pages back that were read meanwhile.
            self.forget(row, snapshot)
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
