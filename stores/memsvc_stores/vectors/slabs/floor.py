"""The pages under a draft's overlay: those of the base, and new ones that go to the slab at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import Bytes1, Bytes2
from memsvc_stores.vectors.slabs.pages import SlabPages
from memsvc_stores.vectors.slabs.runs import Run, runs_of
from memsvc_stores.vectors.slabs.tables import CHUNK, Words, sums_of
from memsvc_stores.vectors.slabs.writer import Wanted, Writer

__all__ = ["SlabFloor"]


class SlabFloor(SlabPages):
    """Owns its table. Remembers which places of the base it has left and which chunks have changed."""

    def __init__(self, base: SlabPages, writer: Writer) -> None:
        super().__init__(
            base.name,
            item_bytes=base.item_bytes,
            page_bytes=base.page_bytes,
            table=base.table.copy(),
            view=base.view_of,
        )
        self._writer = writer
        self._base_count = base.count
        self._own = np.zeros(base.count, np.bool_)
        self._left: list[Words] = []
        self.changed_chunks: set[int] = set()

    def append(self, pages: Bytes2) -> None:
        """Add pages and write them; raises what the disk says."""
        first = self.count
        (places,) = self._writer.allocate([Wanted(self.page_bytes, len(pages))])
        self._writer.write(places, pages)
        self.reserve(len(pages))
        self._settle_pages(np.arange(first, self.count), places, sums_of(pages))

    def reserve(self, count: int) -> None:
        first = self.count
        self.table.grow(count)
        if self.count > self._own.size:
            grown = np.zeros(max(self.count, 2 * self._own.size), np.bool_)
            grown[: self._own.size] = self._own
            self._own = grown
        self._own[first : self.count] = False
        self._touch(np.arange(first, self.count))
        self._checked.follow(self.table)

    def homeless(self, changed: Mapping[int, Bytes1]) -> int:
        """Count the changed pages that need a new place."""
        return sum(not self._own[page] for page in changed)

    def write_changed(self, changed: Mapping[int, Bytes1], places: Words) -> None:
        """Write changed pages: those that the draft has a place for there, the others to new places."""
        if not changed:
            return
        numbers = np.array(sorted(changed), np.intp)
        homeless = ~self._own[numbers]
        targets = self.table.places[numbers]
        base = homeless & (numbers < self._base_count)
        self._left.append(targets[base])
        targets[homeless] = places
        content = np.stack([changed[int(number)] for number in numbers])
        self._writer.write(targets, content)
        self._settle_pages(numbers, targets, sums_of(content))

    @property
    def own(self) -> Words:
        """The places that the draft was given and uses."""
        return self.table.places[self._own[: self.count]]

    def left(self) -> list[Run]:
        """Return the places of the base that the array does without."""
        return runs_of(np.concatenate(self._left)) if self._left else []

    def _settle_pages(self, numbers: NDArray[np.intp], places: Words, sums: Words) -> None:
        self.table.put(numbers, places, sums)
        self._own[numbers] = True
        self._touch(numbers)

    def _touch(self, numbers: NDArray[np.intp]) -> None:
        self.changed_chunks.update(np.unique(numbers // CHUNK).tolist())
