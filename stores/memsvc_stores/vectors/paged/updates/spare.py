"""The list of postings that are free to be used again."""

from __future__ import annotations

import numpy as np

from memsvc_stores.vectors.layout import EMPTY, Draft, Pages
from memsvc_stores.vectors.paged.updates.heads import Heads

__all__ = ["SpareList"]


class SpareList:
    """The extent `spare` (uint32), which only saves looking for spare postings.

    An entry counts only while its posting is empty and its head is the zero vector.
    """

    def __init__(self, draft: Draft, heads: Heads) -> None:
        self._draft = draft
        self._heads = heads
        self._changed = False
        heads.spare.update(self._listed(draft.array("ids")))

    def add(self, posting: int) -> None:
        self._heads.spare.add(posting)
        self._changed = True

    def pop(self) -> int | None:
        """Return one that is spare no more; None when there is none."""
        if not self._heads.spare:
            return None
        self._changed = True
        return self._heads.spare.pop()

    def write(self) -> None:
        """Write the list, if it changed."""
        if self._changed:
            self._draft.put("spare", np.array(sorted(self._heads.spare), np.uint32).view(np.uint8))
            self._changed = False

    def _listed(self, ids: Pages) -> set[int]:
        listed = self._draft.extent("spare").view(np.uint32).astype(np.intp)
        listed = listed[listed < self._heads.count]
        if not len(listed):
            return set()
        vacant = (ids.items(listed).view(np.uint32) == EMPTY).all(axis=1)
        headless = ~self._heads.full(listed).any(axis=1)
        return set(listed[vacant & headless].tolist())
