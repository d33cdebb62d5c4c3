"""Storing namespaces: taking the writer's lease, bringing a draft up to date, committing it."""

from __future__ import annotations

import logging
from pathlib import Path

from memsvc.ports.ranking import NamespaceState, VectorSource
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.files import storage_errors
from memsvc_stores.vectors.layout import Stored
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.opening import Care, fits, opened_snapshot
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.snapshot import Snapshot
from memsvc_stores.vectors.tools import Toolbox
from memsvc_stores.vectors.upkeep import Upkeep

__all__ = ["Saver"]

_log = logging.getLogger(__name__)
_CHUNK = 16_384
_LOOSE = 4


class Saver:
    """What is stored of all namespaces, under one directory. Thread-safe, and shared between processes."""

    def __init__(self, directory: Path, files: Files, *, limits: Limits, toolbox: Toolbox, care: Care) -> None:
        from memsvc_stores.vectors.slabs.store import Store

        self._directory = directory
        self._store = Store(directory, files)
        self._limits = limits
        self._toolbox = toolbox
        self._care = care

    def newest(self, state: NamespaceState) -> Snapshot | None:
        """Open what is stored for the state's model; set it aside when it is damaged."""
        try:
            stored = self._store.open(state.row)
            return None if stored is None else self.opened(stored, state)
        except Damaged as damage:
            self.set_aside(state.row, damage)
            return None

    def save(self, source: VectorSource, state: NamespaceState, *, keys: int) -> Snapshot | None:
        """Store what is visible to the state, and return the newest that is stored.

        Nothing is stored of a namespace of few keys. What a later reader has stored stays, because what an
        older one still sees may have been purged since. Raises StorageFull, StorageReadOnly or Unavailable.
        """
        present = self.newest(state)
        if not self._limits.stored(keys, now=present is not None):
            self.erase(state.row)
            return None
        if present is not None and present.applied >= state.last_sequence:
            return present
        try:
            self._write(source, state, anew=False)
        except Damaged as damage:
            self.set_aside(state.row, damage)
            self._write(source, state, anew=True)
        return self.newest(state)

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Store everything anew, whatever is there."""
        self._write(source, state, anew=True)

    def loose(self, state: NamespaceState) -> bool:
        """Say whether so many rows are unused that it is worth storing everything anew."""
        stored = self._store.open(state.row)
        return stored is not None and _LOOSE * (stored.meta.rows - stored.meta.living) > stored.meta.rows

    def erase(self, namespace: int) -> None:
        """Overwrite and give back everything that is stored of a namespace."""
        with storage_errors(self._directory):
            self._store.erase(namespace)

    def tidy(self) -> None:
        """Give back all pages that no reader needs."""
        with storage_errors(self._directory):
            self._store.recycle(everything=True)

    def set_aside(self, namespace: int, damage: Damaged) -> None:
        """Make sure that nobody opens what is damaged; on a disk that takes nothing it stays."""
        _log.warning("the index of namespace %d is set aside: %s; rebuilding from SQL", namespace, damage)
        try:
            self._store.set_aside(namespace)
        except OSError as error:
            _log.warning("the damaged index of namespace %d stays: %s", namespace, error.strerror)

    def stored(self, namespace: int) -> Stored | None:
        """Open what is stored, of whatever model; raises Damaged."""
        return self._store.open(namespace)

    def opened(self, stored: Stored, state: NamespaceState) -> Snapshot | None:
        """Make it searchable, unless it is of another model or coded in another way; raises Damaged."""
        tools = self._toolbox.of(state.model.dimension)
        if not fits(stored, state.model, tools.codec.name):
            return None
        return opened_snapshot(stored, state.model, tools, self._care)

    def close(self) -> None:
        """Let go of all files."""
        self._store.close()

    def _write(self, source: VectorSource, state: NamespaceState, *, anew: bool) -> None:
        codec = self._toolbox.of(state.model.dimension).codec
        with storage_errors(self._directory):
            with self._store.draft(state.row) as writing:
                base = None if anew else writing.base
                if base is not None and base.meta.applied > state.last_sequence:
                    return
                if base is None or not fits(base, state.model, codec.name):
                    writing.begin_anew()
                upkeep = Upkeep(writing, codec, namespace=state.row, model=state.model, limits=self._limits)
                while upkeep.applied < state.last_sequence:
                    upkeep.apply(source.vector_delta(upkeep.applied, limit=_CHUNK))
                if not self._limits.stored(upkeep.living, now=True):
                    writing.abandon()
                writing.commit(upkeep.finish())
            self._store.recycle(everything=upkeep.removed)
