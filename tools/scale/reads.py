"""Count what queries of a stored paged index read.

Run from the repository root: OMP_NUM_THREADS=1 PYTHONPATH=.:stores python -m tools.scale.reads INDEX DATA
INDEX is a directory of indexes whose namespace 1 holds the vectors of DATA (x_f16.npy, q_f16.npy, gt20.npy) as
notes 1, 2, 3 and so on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from memsvc_stores.vectors.layout import PAGE, Addresses, Bytes1, Bytes2, Indices, Meta, Pages, Result, Stored
from memsvc_stores.vectors.paged.search import LEVELS, PagedSearch
from memsvc_stores.vectors.slabs.pages import SlabPages
from memsvc_stores.vectors.slabs.prefetch import whole_ranges
from memsvc_stores.vectors.slabs.store import Store
from memsvc_stores.vectors.slabs.stored import SlabStored
from memsvc_stores.vectors.tools import Tools

__all__ = ["CountedPages", "CountedStored", "main"]

NAMESPACE = 1
KEPT = 10


class CountedPages:
    """An array that counts what is asked for, and what that takes of a disk from an empty cache, call by call.

    `touched` counts the distinct 4 KiB that are needed; `reads` and `read_pages` count reads and 4 KiB read, with
    what lies between near ones.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        # In memory pages are where their numbers say.
        self._places = pages.table.places if isinstance(pages, SlabPages) else np.arange(pages.count)
        self.page_bytes = pages.page_bytes
        self.item_bytes = pages.item_bytes
        self.asked = 0
        self.touched = 0
        self.reads = 0
        self.read_pages = 0

    @property
    def count(self) -> int:
        return self._pages.count

    def read(self, page: int) -> Bytes1:
        self._add(np.array([page]), self.page_bytes)
        return self._pages.read(page)

    def gather(self, pages: Indices, out: Bytes2) -> None:
        self._add(pages, self.page_bytes)
        self._pages.gather(pages, out)

    def items(self, index: Indices) -> Bytes2:
        self._add(index, self.item_bytes)
        return self._pages.items(index)

    def announce(self, index: Indices) -> None:
        self._add(index, self.item_bytes)
        self._pages.announce(index)

    def gather_items(self, index: Indices, out: Bytes2, *, announced: bool = False) -> None:
        if not announced:
            self._add(index, out.shape[1])
        self._pages.gather_items(index, out, announced=announced)

    def in_place(self, pages: Indices, read: Callable[[Addresses], Result]) -> Result:
        self._add(pages, self.page_bytes)
        return self._pages.in_place(pages, read)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Return asked, touched, reads and pages read."""
        return self.asked, self.touched, self.reads, self.read_pages

    def _add(self, index: Indices, each: int) -> None:
        if not len(index):
            return
        per_page = self.page_bytes // each
        starts = (self._places[index // per_page].astype(np.int64) * per_page + index % per_page) * each
        within = np.append(np.arange(0, each, PAGE), each - 1)
        ranges = whole_ranges(starts, each)
        self.asked += len(index)
        self.touched += len(np.unique((starts[:, None] + within) // PAGE))
        self.reads += len(ranges)
        self.read_pages += int(ranges[:, 1].sum()) // PAGE


class CountedStored:
    """A stored namespace of counted arrays."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self.arrays: dict[str, CountedPages] = {}

    @property
    def meta(self) -> Meta:
        return self._stored.meta

    @property
    def epoch(self) -> int:
        return self._stored.epoch

    @property
    def disk_bytes(self) -> int:
        return self._stored.disk_bytes

    def array(self, name: str) -> CountedPages:
        return self.arrays.setdefault(name, CountedPages(self._stored.array(name)))

    def extent(self, name: str) -> Bytes1:
        return self._stored.extent(name)

    def sound(self) -> bool:
        return self._stored.sound()

    def newest(self) -> bool:
        return self._stored.newest()


def table_bytes(stored: SlabStored) -> int:
    """Return the bytes of the page tables in memory: places, checksums and what has been checked."""
    tables = [pages.table for pages in stored.arrays.values()]
    return sum(it.places.nbytes + it.sums.nbytes + it.verified.nbytes for it in tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--level", choices=sorted(LEVELS), default="balanced")
    asked = parser.parse_args()
    queries = np.load(asked.data / "q_f16.npy").astype(np.float32)
    truth = np.load(asked.data / "gt20.npy")[:, :KEPT]
    store = Store(asked.index)
    try:
        found = store.open(NAMESPACE)
        if found is None or found.meta.form != "paged":
            parser.error(f"{asked.index} has no paged form of namespace {NAMESPACE}")
        report(found, queries, truth, level=asked.level)
    finally:
        store.close()


def report(found: SlabStored, queries: np.ndarray, truth: np.ndarray, *, level: str) -> None:
    """Print the means of all queries, and the bytes in memory."""
    tools = Tools(found.meta.dimension)
    stored = CountedStored(found)
    search = PagedSearch(stored, tools.codec, scanner=tools.scanner, scorer=tools.scorer, effort=LEVELS[level])
    before = {name: it.counts for name, it in stored.arrays.items()}
    notes = stored.array("notes")
    hits = 0
    for query, right in zip(queries, truth, strict=True):
        z = tools.codec.rotate_query(query)
        rows = search.search(query, z, keep=KEPT, accept=None, share=1.0).rows[:KEPT]
        named = notes.items(rows).view("<i8").ravel() - 1
        hits += len(np.intersect1d(named, right))
    count = len(queries)
    print(f"{found.meta.living} notes, {stored.array('codes').count} postings, {level}, {count} queries")
    print(f"recall@{KEPT} {hits / truth.size:.4f}")
    for name, it in stored.arrays.items():
        asked, touched, reads, pages = (np.array(it.counts) - before.get(name, (0, 0, 0, 0))) / count
        print(f"{name}: {asked:.1f} asked for in {touched:.1f} pages: {reads:.1f} reads of {pages:.1f} pages")
    print(f"heads {search.memory_bytes} B, page tables {table_bytes(found)} B, disk {found.disk_bytes} B")


if __name__ == "__main__":
    main()
