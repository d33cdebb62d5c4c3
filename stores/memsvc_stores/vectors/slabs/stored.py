"""A namespace at one epoch, read from the catalog and the slabs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import numpy as np
import xxhash

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE, Bytes1, Meta
from memsvc_stores.vectors.slabs import record as records
from memsvc_stores.vectors.slabs import tables
from memsvc_stores.vectors.slabs.epochs import Epochs
from memsvc_stores.vectors.slabs.faults import catalog_errors
from memsvc_stores.vectors.slabs.pages import SlabPages
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.record import ExtentEntry, Record
from memsvc_stores.vectors.slabs.shelf import Slabs
from memsvc_stores.vectors.slabs.tables import PageTable

__all__ = ["SlabStored", "load", "read_record"]

_ONE = "SELECT epoch, record FROM namespaces WHERE namespace = ?"
_CHUNKS = "SELECT array, entries FROM page_tables WHERE namespace = ? ORDER BY array, chunk"


class SlabStored:
    """Thread-safe."""

    def __init__(self, record: Record, epoch: int, arrays: Mapping[str, SlabPages], *, parts: Parts) -> None:
        self.record = record
        self.meta: Meta = record.meta
        self.epoch = epoch
        self.arrays = arrays
        self._slabs: Slabs = parts.slabs
        self._epochs: Epochs = parts.epochs
        self._extents: dict[str, Bytes1] = {}

    def array(self, name: str) -> SlabPages:
        if name not in self.arrays:
            raise Damaged(f"epoch {self.epoch} of namespace {self.meta.namespace} has no array {name}")
        return self.arrays[name]

    def extent(self, name: str) -> Bytes1:
        found = self._extents.get(name)
        if found is None:
            found = self._extents[name] = self._checked_extent(name)
        return found

    def sound(self) -> bool:
        return self._epochs.get(self.meta.namespace)[1] <= self.epoch and not self._epochs.dead()

    def newest(self) -> bool:
        return self._epochs.get(self.meta.namespace)[0] <= self.epoch and not self._epochs.dead()

    @property
    def disk_bytes(self) -> int:
        pages = sum(it.count * it.page_bytes for it in self.record.arrays.values())
        return pages + sum(-(-it.length // PAGE) * PAGE for it in self.record.extents.values())

    def verify(self) -> list[str]:
        """Compare everything with its checksums; say what differs."""
        bad = [problem for pages in self.arrays.values() for problem in pages.verify()]
        for name in self.record.extents:
            try:
                self._checked_extent(name)
            except Damaged as error:
                bad.append(str(error))
        return bad

    def _checked_extent(self, name: str) -> Bytes1:
        entry = self.record.extents.get(name)
        if entry is None:
            return np.empty(0, np.uint8)
        content = entry.inline if entry.inline is not None else self._extent_bytes(entry)
        if xxhash.xxh3_64_intdigest(content) != entry.digest:
            raise Damaged(f"extent {name}: checksum differs")
        return np.frombuffer(content, np.uint8)

    def _extent_bytes(self, entry: ExtentEntry) -> memoryview:
        view = self._slabs.view(PAGE, entry.first + -(-entry.length // PAGE))
        view.prefetcher.ask(view.address, np.array([entry.first * PAGE]), entry.length)
        return view.part(entry.first * PAGE, entry.first * PAGE + entry.length).toreadonly()


def load(parts: Parts, namespace: int) -> SlabStored | None:
    """Open the newest epoch of a namespace; None when nothing is stored; raises Damaged."""
    with catalog_errors(parts.directory):
        row = parts.catalog.connection.execute(_ONE, (namespace,)).fetchone()
    if row is None or row[1] is None:
        return None
    epoch, record = row[0], records.decode(row[1], row[0], namespace)
    chunks: dict[str, list[bytes]] = {}
    if any(entry.chunks for entry in record.arrays.values()):
        with parts.catalog.reading() as connection:
            row = connection.execute(_ONE, (namespace,)).fetchone()
            if row is None or row[1] is None:
                return None
            epoch, record = row[0], records.decode(row[1], row[0], namespace)
            chunks = _chunks(connection, namespace)
    arrays = {
        name: SlabPages(
            name,
            item_bytes=entry.item_bytes,
            page_bytes=entry.page_bytes,
            table=_table(name, entry, chunks.get(name, [])),
            view=parts.slabs.viewer(entry.page_bytes),
        )
        for name, entry in record.arrays.items()
    }
    return SlabStored(record, epoch, arrays, parts=parts)


def read_record(connection: sqlite3.Connection, namespace: int) -> tuple[Record, dict[str, PageTable]] | None:
    """Return what the catalog has of a namespace, inside a transaction; None when nothing; raises Damaged."""
    row = connection.execute(_ONE, (namespace,)).fetchone()
    if row is None or row[1] is None:
        return None
    record = records.decode(row[1], row[0], namespace)
    chunks = _chunks(connection, namespace)
    return record, {name: _table(name, it, chunks.get(name, [])) for name, it in record.arrays.items()}


def _chunks(connection: sqlite3.Connection, namespace: int) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name, entries in connection.execute(_CHUNKS, (namespace,)):
        found.setdefault(name, []).append(entries)
    return found


def _table(name: str, entry: records.ArrayEntry, chunks: list[bytes]) -> PageTable:
    digests = [records.chunk_digest(it) for it in chunks]
    if entry.inline is not None:
        chunks = [entry.inline] if entry.count else []
    elif records.joint_digest(digests) != entry.digests:
        raise Damaged(f"the page table of array {name} does not match its checksum")
    return tables.decode(
        chunks,
        count=entry.count,
        parts=tables.parts_of(entry.page_bytes),
        end=entry.end,
        first=entry.first,
        digests=digests,
    )
