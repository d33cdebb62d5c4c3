"""The heads of the postings as the writer holds them."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Matrix, Vector
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack, put_code
from memsvc_stores.vectors.codes.resident import ResidentCodes
from memsvc_stores.vectors.layout import SLOTS, Bytes1, Bytes2, Draft, Indices
from memsvc_stores.vectors.paged.updates.vectors import Widening

__all__ = ["Heads"]

CACHED: Final = 4096
AHEAD: Final = 16
MORE_PAGES: Final = 4


class Heads:
    """All head codes in memory, centroids in full for the postings touched last; kept in step with the draft.

    A spare posting has the zero vector for a head; `nearest` never returns it.
    """

    def __init__(self, draft: Draft, codec: Codec, widening: Widening) -> None:
        self._codec = codec
        self._widening = widening
        self._codes = draft.array("heads")
        self._centroids = draft.array("centroids")
        self._nowhere: Bytes1 = codec.encode(codec.rotate_directions(np.zeros((1, codec.dimension), np.float32)))[
            0
        ]
        self._blank = pack(np.tile(self._nowhere, (SLOTS, 1)))
        used = self._codes.count
        self._resident = ResidentCodes(codec, used + MORE_PAGES)
        self._codes.gather(np.arange(used), self._resident.pages[:used])
        self._resident.pages[used:] = self._blank
        self._cached = np.zeros((CACHED, codec.dimension), np.float32)
        self._tags = np.full(CACHED, -1, np.intp)
        self._opposite: Bytes2 = np.zeros((AHEAD, codec.code_bytes), np.uint8)
        self._known = np.zeros(AHEAD, np.bool_)
        self.count = draft.array("codes").count
        self.spare: set[int] = set()

    @property
    def nowhere(self) -> Bytes1:
        """The code of the zero vector: head and slots of a spare posting."""
        return self._nowhere

    def nearest(self, rotated: Vector, count: int) -> Indices:
        """Return the postings of the best heads by code, best first, fewer when there are not so many."""
        wanted = min(count, self.count - len(self.spare))
        everything = SLOTS * len(self._resident.pages)
        ask = count
        while True:
            positions, _ = self._resident.search(rotated, ask)
            found = positions[positions < self.count]
            if self.spare:
                found = found[[posting not in self.spare for posting in found.tolist()]]
            if len(found) >= wanted or ask >= everything:
                return found[:count]
            # Unused and spare heads took places; they score about zero and are seldom among the best.
            ask = min(4 * ask, everything)

    def full(self, postings: Indices) -> Matrix:
        """Return the centroids (len(postings), dimension)."""
        slots = postings % CACHED
        stale = self._tags[slots] != postings
        if not stale.any():
            return self._cached[slots]
        result = self._cached[slots]
        result[stale] = self._widening.read(self._centroids, postings[stale])
        self._cached[slots] = result
        self._tags[slots] = postings
        return result

    def opposite(self, posting: int) -> Bytes1:
        """Return the code of the negated head, which empty slots hold so that they score last."""
        if not (posting < len(self._known) and self._known[posting]):
            self._learn(np.array([posting]))
        code: Bytes1 = self._opposite[posting]
        return code

    def opposites(self, postings: Indices) -> Bytes2:
        known = self._known[np.minimum(postings, len(self._known) - 1)] & (postings < len(self._known))
        if not known.all():
            self._learn(postings[~known])
        return self._opposite[postings]

    def add(self) -> int:
        """Append a head, the zero vector as yet, and return its number."""
        posting = self.count
        self.count += 1
        if posting >= SLOTS * self._codes.count:
            self._codes.extend(self._blank)
            if self._codes.count > len(self._resident.pages):
                self._grow()
        per_page = self._centroids.page_bytes // self._centroids.item_bytes
        if posting >= per_page * self._centroids.count:
            self._centroids.extend(np.zeros((1, self._centroids.page_bytes), np.uint8))
        return posting

    def put(self, postings: Indices, centroids: Matrix) -> None:
        """Replace heads; a zero vector retires one from every search."""
        items = self._widening.narrow(centroids, self._centroids.item_bytes)
        self._centroids.set_items(postings, items)
        kept = self._widening.widen(items)
        self._cached[postings % CACHED] = kept
        self._tags[postings % CACHED] = postings
        both = self._codec.encode(self._codec.rotate_directions(np.concatenate((kept, -kept))))
        self._reserve(int(postings.max()) + 1)
        self._opposite[postings] = both[len(postings) :]
        self._known[postings] = True
        for posting, code in zip(postings.tolist(), both[: len(postings)], strict=True):
            put_code(self._codes.edit(posting // SLOTS), posting % SLOTS, code)
            self._resident.put(posting, code)

    def _learn(self, postings: Indices) -> None:
        self._reserve(int(postings.max()) + 1)
        self._opposite[postings] = self._codec.encode(self._codec.rotate_directions(-self.full(postings)))
        self._known[postings] = True

    def _reserve(self, count: int) -> None:
        have = len(self._known)
        if count > have:
            more = max(count, 2 * have) - have
            self._opposite = np.concatenate((self._opposite, np.zeros((more, self._codec.code_bytes), np.uint8)))
            self._known = np.concatenate((self._known, np.zeros(more, np.bool_)))

    def _grow(self) -> None:
        used = len(self._resident.pages)
        self._resident = self._resident.grow(used + max(MORE_PAGES, used // 8))
        self._resident.pages[used:] = self._blank
