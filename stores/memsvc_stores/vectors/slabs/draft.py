"""The next epoch of a namespace while it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from memsvc_stores.vectors.layout import Bytes1
from memsvc_stores.vectors.slabs.floor import SlabFloor
from memsvc_stores.vectors.slabs.overlay import Overlay
from memsvc_stores.vectors.slabs.pages import SlabPages
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.stored import SlabStored
from memsvc_stores.vectors.slabs.tables import PageTable
from memsvc_stores.vectors.slabs.writer import Writer

__all__ = ["Changes", "Edited", "SlabDraft"]


@dataclass(frozen=True, slots=True)
class Edited:
    """An array of a draft; `made` when it was begun by it."""

    floor: SlabFloor
    overlay: Overlay
    made: bool


@dataclass(slots=True)
class Changes:
    """What a draft does to the base: names that it gave up, and what it has in their place."""

    edited: dict[str, Edited] = field(default_factory=dict)
    put: dict[str, Bytes1] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)


class SlabDraft:
    """For the one writer that holds the lease; not thread-safe.

    `from_epoch` is the newest epoch when the lease was taken; `base` is None when it is made anew.
    """

    def __init__(self, parts: Parts, writer: Writer, *, base: SlabStored | None, from_epoch: int) -> None:
        self.base = base
        self.from_epoch = from_epoch
        self.writer = writer
        self.changes = Changes()
        self.committed = False
        self._parts = parts

    def begin_anew(self) -> None:
        """Start from nothing instead of the base."""
        self.base, self.changes = None, Changes()

    def array(self, name: str) -> Overlay:
        found = self.changes.edited.get(name)
        if found is None:
            if self.base is None or name in self.changes.dropped or name not in self.base.arrays:
                raise KeyError(name)
            found = self._edited(self.base.arrays[name], made=False)
        return found.overlay

    def create(self, name: str, *, page_bytes: int, item_bytes: int) -> Overlay:
        self.drop(name)
        self.writer.prepare(page_bytes)
        empty = SlabPages(
            name,
            item_bytes=item_bytes,
            page_bytes=page_bytes,
            table=PageTable.empty(page_bytes),
            view=self._parts.slabs.viewer(page_bytes),
        )
        return self._edited(empty, made=True).overlay

    def drop(self, name: str) -> None:
        self.changes.edited.pop(name, None)
        self.changes.put.pop(name, None)
        self.changes.dropped.add(name)

    def extent(self, name: str) -> Bytes1:
        if name in self.changes.put:
            return self.changes.put[name]
        if self.base is None or name in self.changes.dropped:
            return np.empty(0, np.uint8)
        return self.base.extent(name)

    def put(self, name: str, content: Bytes1) -> None:
        kept = content.copy()
        kept.setflags(write=False)
        self.changes.put[name] = kept

    def _edited(self, base: SlabPages, *, made: bool) -> Edited:
        floor = SlabFloor(base, self.writer)
        edited = self.changes.edited[base.name] = Edited(floor, Overlay(floor), made)
        return edited
