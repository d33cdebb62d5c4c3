"""Storing namespaces: taking the writer's lease, bringing a draft up to date, committing it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from pathlib import Path

from memsvc.errors import StorageBusy, StorageFull, StorageReadOnly, Unavailable
from memsvc.ports.ranking import NamespaceState, VectorSource
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.files import storage_errors
from memsvc_stores.vectors.layout import Meta, Stored
from memsvc_stores.vectors.limits import Limits
from memsvc_stores.vectors.opening import Care, fits, opened_snapshot
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.store import Store
from memsvc_stores.vectors.slabs.stored import SlabStored
from memsvc_stores.vectors.snapshot import Snapshot
from memsvc_stores.vectors.tools import Toolbox
from memsvc_stores.vectors.upkeep import Upkeep

__all__ = ["Saver"]

_log = logging.getLogger(__name__)
_CHUNK = 16_384
_LOOSE = 4
_BULK = 3
_LOCKS = 64
_PAUSE_SECONDS = 0.01
_PATIENCE_SECONDS = 10.0


def _overtaken(meta: Meta, state: NamespaceState) -> bool:
    """Say whether so much has changed that building anew costs less than single inserts into postings."""
    return meta.form == "paged" and _BULK * (state.last_sequence - meta.applied) > meta.living


class Saver:
    """What is stored of all namespaces, under one directory. Thread-safe, and shared between processes."""

    def __init__(self, directory: Path, files: Files, *, limits: Limits, toolbox: Toolbox, care: Care) -> None:
        self._directory = directory
        self._store = Store(directory, files)
        self._limits = limits
        self._toolbox = toolbox
        self._care = care
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    @property
    def begun(self) -> bool:
        """Return whether anything was ever stored; most methods create files."""
        return self._directory.exists()

    def newest(self, state: NamespaceState) -> Snapshot | None:
        """Open what is stored for the state's model; forget it when it is damaged.

        Raises StorageFull, StorageReadOnly or Unavailable.
        """
        while True:
            stored = None
            try:
                stored = self._store.open(state.row)
                return None if stored is None else self.opened(stored, state)
            except Damaged as damage:
                # Pages that were given back while they were read are not damaged, but gone.
                if stored is None or stored.sound():
                    self.set_aside(state.row, stored, damage)
                    return None

    def save(
        self, source: VectorSource, state: NamespaceState, *, keys: int, wait: bool = True
    ) -> Snapshot | None:
        """Store what is visible to the state, and return the newest that is stored.

        Nothing is stored of a namespace of few keys. What a later reader has stored stays, because what an
        older one still sees may have been purged since. Raises StorageFull, StorageReadOnly, Unavailable, and
        StorageBusy, at once or after ten seconds, while another process writes.
        """
        present = self.newest(state)
        if not self._limits.stored(keys, now=present is not None):
            if self._store.open(state.row) is not None:
                self._store.erase(state.row)
            return None
        if present is not None and present.applied >= state.last_sequence:
            self._clear(state.row)
            return present
        self._write_in_turn(source, state, anew=False, wait=wait)
        return self.newest(state)

    def rebuild(self, source: VectorSource, state: NamespaceState) -> None:
        """Store everything anew, whatever is there."""
        self._write_in_turn(source, state, anew=True, wait=True)

    def loose(self, state: NamespaceState) -> bool:
        """Say whether so many rows are unused that it is worth storing everything anew."""
        stored = self._readable(state.row)
        return stored is not None and _LOOSE * (stored.meta.rows - stored.meta.living) > stored.meta.rows

    def erase(self, namespace: int) -> None:
        """Overwrite and give back everything that is stored of a namespace."""
        try:
            self._store.erase(namespace)
        except Damaged as damage:
            self._start_over(damage)

    def tidy(self, namespace: int) -> None:
        """Give back all pages that are not of the newest epoch, and what dead writers have left."""
        try:
            self._overwrite(namespace)
        except Damaged as damage:
            self._start_over(damage)

    def scrub(self, namespace: int) -> None:
        """Tidy, and wait until nobody is overwriting given-up pages; raises StorageBusy after ten seconds."""
        until = time.monotonic() + _PATIENCE_SECONDS
        try:
            self._overwrite(namespace)
            while not self._store.settled():
                if time.monotonic() >= until:
                    raise StorageBusy("another process still overwrites index pages; try again later")
                time.sleep(_PAUSE_SECONDS)
                self._store.collect_orphans()
        except Damaged as damage:
            self._start_over(damage)

    def applied(self, namespace: int) -> int | None:
        """Return the sequence up to which a namespace is stored; erase what cannot be read."""
        try:
            stored = self._store.open(namespace)
        except Damaged:
            self.erase(namespace)
            return None
        return None if stored is None else stored.meta.applied

    def set_aside(self, namespace: int, stored: Stored | None, damage: Damaged) -> None:
        """Make sure that nobody opens what is damaged; on a disk that takes nothing it stays."""
        _log.warning("the index of namespace %d is set aside: %s; rebuilding from SQL", namespace, damage)
        try:
            if stored is not None:
                self._store.set_aside(namespace, stored.epoch)
            else:
                self.erase(namespace)
        except (StorageFull, StorageReadOnly, Unavailable) as error:
            _log.warning("the damaged index of namespace %d stays: %s", namespace, error)
        except Damaged as worse:
            with suppress(StorageFull, StorageReadOnly, Unavailable):
                self._start_over(worse)

    def stored(self, namespace: int) -> SlabStored | None:
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

    def _write_in_turn(self, source: VectorSource, state: NamespaceState, *, anew: bool, wait: bool) -> None:
        """Write when no other thread or process does; what is damaged is written anew."""
        turn = self._locks[state.row % _LOCKS]
        if not turn.acquire(blocking=wait):
            raise StorageBusy("another thread writes the index; try again later")
        try:
            until = time.monotonic() + (_PATIENCE_SECONDS if wait else 0.0)
            while True:
                try:
                    with storage_errors(self._directory):
                        return self._write(source, state, anew=anew)
                except StorageBusy:
                    if time.monotonic() >= until:
                        raise
                    time.sleep(_PAUSE_SECONDS)
                except Damaged as damage:
                    if anew:
                        raise Unavailable(
                            f"the index of namespace {state.row} cannot be written: {damage}"
                        ) from damage
                    self.set_aside(state.row, self._readable(state.row), damage)
                    anew = True
        finally:
            turn.release()

    def _write(self, source: VectorSource, state: NamespaceState, *, anew: bool) -> None:
        codec = self._toolbox.of(state.model.dimension).codec
        held = None if anew else self._store.open(state.row)
        fresh = held is None or not fits(held, state.model, codec.name) or _overtaken(held.meta, state)
        with self._store.draft(state.row, fresh=fresh) as draft:
            base = draft.base
            if base is not None and base.meta.applied > state.last_sequence:
                return
            upkeep = Upkeep(draft, codec, namespace=state.row, model=state.model, limits=self._limits)
            while upkeep.applied < state.last_sequence:
                upkeep.apply(source.vector_delta(upkeep.applied, limit=_CHUNK))
            kept = self._limits.stored(upkeep.living, now=True)
            if kept:
                self._store.commit(draft, upkeep.finish())
        if not kept:
            self._store.erase(state.row)
        self._clear(state.row)

    def _overwrite(self, namespace: int) -> None:
        self._store.recycle(namespace, everything=True)
        self._store.collect_orphans()

    def _clear(self, namespace: int) -> None:
        """Give back what readers of the newest epochs do not need; at once what may hold removed notes."""
        stored = self._readable(namespace)
        if stored is not None:
            self._store.recycle(namespace, everything=bool(stored.meta.counts.get("removed", 1)))
        self._store.collect_orphans()

    def _readable(self, namespace: int) -> Stored | None:
        try:
            return self._store.open(namespace)
        except Damaged:
            return None

    def _start_over(self, damage: Damaged) -> None:
        _log.warning("the index catalog is set aside: %s; rebuilding from SQL", damage)
        self._store.reset()
