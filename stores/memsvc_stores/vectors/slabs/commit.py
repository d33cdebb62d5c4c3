"""Making a draft the newest epoch: pages, sync, one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import xxhash

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE, Bytes1, Meta
from memsvc_stores.vectors.slabs import lease, reclaim, sweep
from memsvc_stores.vectors.slabs import record as records
from memsvc_stores.vectors.slabs.draft import Edited, SlabDraft
from memsvc_stores.vectors.slabs.pages import SlabPages
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.record import ArrayEntry, ExtentEntry, Record
from memsvc_stores.vectors.slabs.runs import Run, pages_of, runs_of
from memsvc_stores.vectors.slabs.stored import SlabStored, read_record
from memsvc_stores.vectors.slabs.tables import PageTable
from memsvc_stores.vectors.slabs.writer import Wanted

__all__ = ["commit", "record_runs"]


@dataclass(slots=True)
class _Outcome:
    """The next epoch as it will be in the catalog."""

    record: Record
    chunks: dict[tuple[str, int], bytes] = field(default_factory=dict)


def commit(parts: Parts, draft: SlabDraft, meta: Meta) -> SlabStored:
    """Make a draft the newest epoch; raises StorageBusy when another writer has taken its lease."""
    extents = _write_pages(draft)
    draft.writer.sync()
    outcome = _outcome(draft, meta, extents)
    epoch = draft.from_epoch + 1
    with parts.catalog.writing() as connection:
        gone = _given_up(connection, draft, outcome)
        _put_record(connection, draft, records.encode(outcome.record, epoch))
        _put_chunks(connection, draft, outcome)
        _settle_pages(connection, draft, outcome.record, gone)
    draft.committed = True
    parts.epochs.committed(meta.namespace, epoch)
    return SlabStored(outcome.record, epoch, _arrays(draft), parts=parts)


def record_runs(record: Record, tables: Mapping[str, PageTable]) -> dict[int, list[Run]]:
    """Return the places of all pages of a namespace, by page size."""
    found: dict[int, list[Run]] = {}
    for name, table in tables.items():
        found.setdefault(record.arrays[name].page_bytes, []).extend(runs_of(table.places))
    for entry in record.extents.values():
        found.setdefault(PAGE, []).extend(_extent_runs(entry))
    return found


def _write_pages(draft: SlabDraft) -> dict[str, ExtentEntry]:
    """Write what is still in memory to new places; return the entries of the extents that were put."""
    edited = list(draft.changes.edited.values())
    large = {name: it for name, it in draft.changes.put.items() if it.nbytes > records.INLINE_BYTES}
    wanted = [Wanted(it.floor.page_bytes, it.floor.homeless(it.overlay.changed)) for it in edited]
    wanted += [Wanted(PAGE, -(-it.nbytes // PAGE), together=True) for it in large.values()]
    given = draft.writer.allocate(wanted)
    for it, places in zip(edited, given, strict=False):
        it.floor.write_changed(it.overlay.changed, places)
    entries = {name: _inline_extent(it) for name, it in draft.changes.put.items() if name not in large}
    for (name, content), places in zip(large.items(), given[len(edited) :], strict=True):
        pages = np.zeros((len(places), PAGE), np.uint8)
        pages.reshape(-1)[: content.nbytes] = content
        draft.writer.write(places, pages)
        entries[name] = ExtentEntry(content.nbytes, xxhash.xxh3_64_intdigest(content.data), int(places[0]))
    return entries


def _inline_extent(content: Bytes1) -> ExtentEntry:
    return ExtentEntry(content.nbytes, xxhash.xxh3_64_intdigest(content.data), inline=content.tobytes())


def _outcome(draft: SlabDraft, meta: Meta, extents: Mapping[str, ExtentEntry]) -> _Outcome:
    base, changes = draft.base, draft.changes
    kept_arrays = {} if base is None else base.record.arrays
    kept_extents = {} if base is None else base.record.extents
    outcome = _Outcome(
        Record(
            meta,
            {
                **{name: it for name, it in kept_arrays.items() if name not in changes.dropped},
                **{name: _entry(it) for name, it in changes.edited.items()},
            },
            {**{name: it for name, it in kept_extents.items() if name not in changes.dropped}, **extents},
        )
    )
    for name, it in changes.edited.items():
        if outcome.record.arrays[name].chunks:
            for chunk in _stale_chunks(it):
                outcome.chunks[name, chunk] = it.floor.table.encode(chunk)
    return outcome


def _entry(edited: Edited) -> ArrayEntry:
    floor, table = edited.floor, edited.floor.table
    table.find_order()
    if table.count <= records.INLINE_PAGES:
        table.digests = []
        return ArrayEntry(
            floor.page_bytes, floor.item_bytes, table.count, table.end, table.first, inline=table.encode(0)
        )
    stale = _stale_chunks(edited)
    table.digests += [0] * (table.chunks - len(table.digests))
    for chunk in stale:
        table.digests[chunk] = records.chunk_digest(table.encode(chunk))
    edited.floor.changed_chunks.update(stale)
    digest = records.joint_digest(table.digests)
    return ArrayEntry(floor.page_bytes, floor.item_bytes, table.count, table.end, table.first, digest)


def _stale_chunks(edited: Edited) -> list[int]:
    """Return the chunks that the catalog does not have as they are."""
    floor = edited.floor
    return sorted(floor.changed_chunks | set(range(len(floor.table.digests), floor.table.chunks)))


def _given_up(connection: sqlite3.Connection, draft: SlabDraft, outcome: _Outcome) -> dict[int, list[Run]]:
    """Return the pages of the base that the next epoch does without, by page size."""
    if draft.base is None:
        try:
            old = read_record(connection, draft.writer.namespace)
        except Damaged:
            # Its pages are found as those that nobody has.
            sweep.ask(connection)
            return {}
        return {} if old is None else record_runs(*old)
    gone: dict[int, list[Run]] = {}
    for edited in draft.changes.edited.values():
        gone.setdefault(edited.floor.page_bytes, []).extend(edited.floor.left())
    for name in draft.changes.dropped & draft.base.arrays.keys():
        pages = draft.base.arrays[name]
        gone.setdefault(pages.page_bytes, []).extend(runs_of(pages.table.places))
    for name, entry in draft.base.record.extents.items():
        if outcome.record.extents.get(name) is not entry:
            gone.setdefault(PAGE, []).extend(_extent_runs(entry))
    return gone


def _put_record(connection: sqlite3.Connection, draft: SlabDraft, raw: bytes) -> None:
    done = connection.execute(
        "UPDATE namespaces SET epoch = epoch + 1, record = ?, holder = NULL, expires = NULL "
        "WHERE namespace = ? AND epoch = ? AND holder = ?",
        (raw, draft.writer.namespace, draft.from_epoch, draft.writer.owner),
    )
    if done.rowcount != 1:
        raise lease.lost(draft.writer.namespace)


def _put_chunks(connection: sqlite3.Connection, draft: SlabDraft, outcome: _Outcome) -> None:
    namespace = draft.writer.namespace
    if draft.base is None:
        connection.execute("DELETE FROM page_tables WHERE namespace = ?", (namespace,))
    for name in draft.changes.dropped:
        connection.execute("DELETE FROM page_tables WHERE namespace = ? AND array = ?", (namespace, name))
    connection.executemany(
        "INSERT OR REPLACE INTO page_tables VALUES (?, ?, ?, ?)",
        [(namespace, name, chunk, entries) for (name, chunk), entries in outcome.chunks.items()],
    )


def _settle_pages(
    connection: sqlite3.Connection, draft: SlabDraft, record: Record, gone: dict[int, list[Run]]
) -> None:
    """Take the used pages out of pending; let the unused ones and those given up wait for their readers."""
    used: dict[int, list[Run]] = {}
    for edited in draft.changes.edited.values():
        used.setdefault(edited.floor.page_bytes, []).extend(runs_of(edited.floor.own))
    used.setdefault(PAGE, []).extend(
        run for name in draft.changes.put for run in _extent_runs(record.extents[name])
    )
    waiting = {size: list(runs) for size, runs in gone.items()}
    for page_bytes, runs in reclaim.pending(connection, draft.writer.owner).items():
        unused = np.setdiff1d(pages_of(runs), pages_of(used.get(page_bytes, [])), assume_unique=True)
        waiting.setdefault(page_bytes, []).extend(runs_of(unused))
    connection.execute("DELETE FROM pending WHERE owner = ?", (draft.writer.owner,))
    reclaim.retire(connection, draft.writer.namespace, epoch=draft.from_epoch + 1, runs=waiting)


def _extent_runs(entry: ExtentEntry) -> Iterable[Run]:
    return [] if entry.inline is not None else [Run(entry.first, -(-entry.length // PAGE))]


def _arrays(draft: SlabDraft) -> dict[str, SlabPages]:
    kept = {} if draft.base is None else draft.base.arrays
    arrays = {name: it for name, it in kept.items() if name not in draft.changes.dropped}
    for name, edited in draft.changes.edited.items():
        floor = edited.floor
        arrays[name] = SlabPages(
            name,
            item_bytes=floor.item_bytes,
            page_bytes=floor.page_bytes,
            table=floor.table.copy(),
            view=floor.view_of,
        )
    return arrays
