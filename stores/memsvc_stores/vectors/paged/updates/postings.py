"""The postings and places of a draft, changed so that the two always agree."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack, put_code, unpack
from memsvc_stores.vectors.layout import EMPTY, PAGE, SLOTS, Bytes1, Bytes2, Draft, Indices
from memsvc_stores.vectors.paged.updates.heads import Heads
from memsvc_stores.vectors.paged.updates.places import Places
from memsvc_stores.vectors.paged.updates.spare import SpareList
from memsvc_stores.vectors.paged.updates.words import Slots, Words

__all__ = ["Postings"]

UNKNOWN: Final = 255
TOGETHER: Final = 64
PER_PAGE: Final = PAGE // (4 * SLOTS)


class Postings:
    """Slots and places. A row is at most once in a posting and in at most two postings; spare postings are empty.

    The codes of emptied slots stay until `erase`, which has to come before the commit.
    """

    def __init__(self, draft: Draft, codec: Codec, heads: Heads) -> None:
        self._codec = codec
        self._heads = heads
        self._codes = draft.array("codes")
        self._ids = draft.array("ids")
        self._words = Words(self._ids)
        self._filled = bytearray([UNKNOWN]) * heads.count
        self._stale: set[int] = set()
        self.places = Places(draft)
        self.spare = SpareList(draft, heads)

    def rows(self, posting: int) -> Slots:
        """Return a posting's 64 slots; EMPTY where there is no row."""
        start = SLOTS * (posting % PER_PAGE)
        return self._ids.read(posting // PER_PAGE).view(np.uint32)[start : start + SLOTS]

    def members(self, postings: Indices) -> Slots:
        """Return the slots (len(postings), 64) of several postings."""
        return self._ids.items(postings).view(np.uint32)

    def filled(self, posting: int) -> int:
        """Count the rows in a posting."""
        known = self._filled[posting]
        if known == UNKNOWN:
            known = self._filled[posting] = int(np.count_nonzero(self.rows(posting) != EMPTY))
        return known

    def append(self, posting: int, row: int, code: Bytes1) -> None:
        """Put a row in the first empty slot of a posting that has room and does not have it."""
        filled = self.filled(posting)
        page, item = divmod(posting, PER_PAGE)
        words = self._words.page(page)
        slot = words[SLOTS * item : SLOTS * (item + 1)].tolist().index(EMPTY)
        words[SLOTS * item + slot] = row
        self.places.add(row, SLOTS * posting + slot)
        put_code(self._codes.edit(posting), slot, code)
        self._filled[posting] = filled + 1

    def take(self, posting: int, row: int) -> None:
        """Remove a row from a posting that has it."""
        self._empty(self.places.take(row, posting))

    def delete(self, row: int) -> list[int]:
        """Remove a row from all postings, and return those."""
        positions = self.places.forget(row)
        for position in positions:
            self._empty(position)
        return [position // SLOTS for position in positions]

    def _empty(self, position: int) -> None:
        posting, slot = divmod(position, SLOTS)
        filled = self.filled(posting)
        page, item = divmod(posting, PER_PAGE)
        self._words.page(page)[SLOTS * item + slot] = EMPTY
        self._filled[posting] = filled - 1
        self._stale.add(posting)

    def erase(self) -> None:
        """Overwrite what emptied slots had with the codes of the negated heads."""
        stale = np.array(sorted(self._stale), np.intp)
        self._stale.clear()
        for start in range(0, len(stale), TOGETHER):
            some = stale[start : start + TOGETHER]
            pages = np.empty((len(some), self._codec.page_bytes), np.uint8)
            self._codes.gather(some, pages)
            codes = unpack(pages).reshape(len(some), SLOTS, -1)
            vacant = self.members(some) == EMPTY
            codes[vacant] = np.repeat(self._heads.opposites(some), vacant.sum(axis=1), axis=0)
            self._codes.set_items(some, pack(codes.reshape(-1, codes.shape[2])))

    def codes(self, posting: int) -> Bytes2:
        """Return the codes in the 64 slots."""
        return unpack(self._codes.read(posting)[None])

    def codes_at(self, positions: Indices) -> Bytes2:
        """Return the codes (len(positions), code_bytes) of slots in any postings."""
        postings, inverse = np.unique(positions // SLOTS, return_inverse=True)
        pages = np.empty((len(postings), self._codec.page_bytes), np.uint8)
        self._codes.gather(postings, pages)
        codes: Bytes2 = unpack(pages)[SLOTS * inverse + positions % SLOTS]
        return codes

    def rewrite(self, posting: int, old: int, rows: Slots, codes: Bytes2) -> None:
        """Fill a posting with rows that were in posting `old`, which may be the same; the head is in place."""
        page = np.tile(self._heads.opposite(posting), (SLOTS, 1))
        page[: len(rows)] = codes
        self._codes.edit(posting)[:] = pack(page)[0]
        slots = np.full((1, SLOTS), EMPTY, np.uint32)
        slots[0, : len(rows)] = rows
        self._ids.set_items(np.array([posting]), slots.view(np.uint8))
        self.places.renew(rows.astype(np.intp), old, SLOTS * posting + np.arange(len(rows)))
        self._filled[posting] = len(rows)
        self._stale.discard(posting)

    def allocate(self) -> int:
        """Return the number of an empty posting, a spare one first; its head is the zero vector."""
        posting = self.spare.pop()
        if posting is None:
            posting = self._heads.add()
            self._codes.extend(self._nothing())
            if posting >= PER_PAGE * self._ids.count:
                self._ids.extend(np.full((1, PAGE), 255, np.uint8))
            self._filled.append(0)
        return posting

    def release(self, posting: int) -> None:
        """Make an empty posting spare: nothing of its rows or head is left in it."""
        self._heads.put(np.array([posting]), np.zeros((1, self._codec.dimension), np.float32))
        self._codes.edit(posting)[:] = self._nothing()[0]
        self._stale.discard(posting)
        self.spare.add(posting)

    def _nothing(self) -> Bytes2:
        return pack(np.tile(self._heads.nowhere, (SLOTS, 1)))
