"""The pages that a draft has been given, and writing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memsvc_stores.vectors.files import storage_errors
from memsvc_stores.vectors.layout import Bytes2
from memsvc_stores.vectors.slabs import allocator, lease, reclaim
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.runs import pages_of, runs_of
from memsvc_stores.vectors.slabs.tables import Words

__all__ = ["Wanted", "Writer"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pages of one size; `together` in one run."""

    page_bytes: int
    count: int
    together: bool = False


class Writer:
    """Allocates and writes for one owner, who holds the lease of a namespace."""

    def __init__(self, parts: Parts, namespace: int, owner: str) -> None:
        self.owner = owner
        self.namespace = namespace
        self._parts = parts
        self._touched: set[int] = set()

    def prepare(self, page_bytes: int) -> None:
        """Make the slab of a page size, if there is none."""
        with self._parts.catalog.reading() as connection:
            known = self._parts.slabs.known(connection, page_bytes)
        if not known:
            with self._parts.catalog.writing() as connection:
                self._parts.slabs.ensure(connection, page_bytes)

    def allocate(self, wanted: Sequence[Wanted]) -> list[Words]:
        """Return places for each wish, after one short transaction; raises StorageBusy without the lease."""
        if not any(wish.count for wish in wanted):
            return [pages_of([]) for _ in wanted]
        given: list[Words] = []
        with self._parts.catalog.writing() as connection:
            lease.renew(self._parts, connection, self.namespace, self.owner)
            for wish in wanted:
                self._parts.slabs.ensure(connection, wish.page_bytes)
                runs = allocator.take(connection, wish.page_bytes, wish.count, together=wish.together)
                reclaim.pend(connection, self.owner, wish.page_bytes, runs)
                end = max((run.first + run.count for run in runs), default=0)
                self._parts.slabs[wish.page_bytes].reach(end)
                given.append(pages_of(runs))
        return given

    def write(self, places: Words, pages: Bytes2) -> None:
        """Write pages (n, page_bytes), neighbours together; durable after `sync`."""
        page_bytes = pages.shape[1]
        self._touched.add(page_bytes)
        order = np.argsort(places, kind="stable")
        done = 0
        with storage_errors(self._parts.directory):
            slab = self._parts.slabs[page_bytes]
            for run in runs_of(places):
                part = order[done : done + run.count]
                whole = pages[part[0] : part[-1] + 1] if (np.diff(part) == 1).all() else pages[part]
                slab.write(run.first, np.ascontiguousarray(whole).reshape(-1).data)
                done += run.count

    def sync(self) -> None:
        """Make what was written durable."""
        with storage_errors(self._parts.directory):
            self._parts.slabs.sync(self._touched)
        self._touched.clear()
