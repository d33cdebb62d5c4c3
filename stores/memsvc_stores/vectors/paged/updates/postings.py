"""The postings and places of a draft, changed so that the two always agree."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack, put_code, unpack
from memsvc_stores.vectors.layout import EMPTY, PAGE, SLOTS, Bytes1, Bytes2, Draft, Indices
from memsvc_stores.vectors.paged.updates.heads import Heads

__all__ = ["Postings", "Words"]

Words = NDArray[np.uint32]

UNKNOWN: Final = 255
# Postings are unpacked as a whole, 64 at a time, where this many of their slots change on average.
UNPACKED_FROM: Final = 4
TOGETHER: Final = 64
IDS_PER_PAGE: Final = PAGE // (4 * SLOTS)
PLACES_PER_PAGE: Final = PAGE // 8


class Postings:
    """Slots and places. A row is at most once in a posting and in at most two postings; spare postings are empty.

    The spare ones are listed in the extent `spare` (uint32), which only saves looking for them: an entry counts
    only while its posting is empty and its head is the zero vector.
    """

    def __init__(self, draft: Draft, codec: Codec, heads: Heads) -> None:
        self._draft = draft
        self._codec = codec
        self._heads = heads
        self._codes = draft.array("codes")
        self._ids = draft.array("ids")
        self._places = draft.array("places")
        self._filled = np.full(max(SLOTS, heads.count), UNKNOWN, np.uint8)
        heads.spare.update(self._spare_at_start())
        self._spare_changed = False

    def rows(self, posting: int) -> Words:
        """Return a posting's 64 slots, writable; EMPTY where there is no row."""
        start = SLOTS * (posting % IDS_PER_PAGE)
        return self._ids.edit(posting // IDS_PER_PAGE).view(np.uint32)[start : start + SLOTS]

    def _slots(self, posting: int) -> Words:
        start = SLOTS * (posting % IDS_PER_PAGE)
        return self._ids.read(posting // IDS_PER_PAGE).view(np.uint32)[start : start + SLOTS]

    def filled(self, posting: int) -> int:
        """Count the rows in a posting."""
        known = int(self._filled[posting])
        if known == UNKNOWN:
            known = int(np.count_nonzero(self._slots(posting) != EMPTY))
            self._filled[posting] = known
        return known

    def places(self, rows: Indices) -> Words:
        """Return the places (len(rows), 2) of rows; EMPTY for rows that were never placed."""
        reach = PLACES_PER_PAGE * self._places.count
        if not len(rows) or int(rows.max()) < reach:
            return self._places.items(rows).view(np.uint32)
        result = np.full((len(rows), 2), EMPTY, np.uint32)
        inside = rows < reach
        result[inside] = self._places.items(rows[inside]).view(np.uint32)
        return result

    def places_of(self, row: int) -> list[int]:
        """Return where a row is, as positions."""
        if row >= PLACES_PER_PAGE * self._places.count:
            return []
        start = 2 * (row % PLACES_PER_PAGE)
        words = self._places.read(row // PLACES_PER_PAGE).view(np.uint32)[start : start + 2].tolist()
        return [word for word in words if word != EMPTY]

    def place(self, row: int) -> Words:
        """Return the two places of a row, writable; makes room for rows never seen."""
        while row >= PLACES_PER_PAGE * self._places.count:
            self._places.extend(np.full((1, PAGE), 255, np.uint8))
        start = 2 * (row % PLACES_PER_PAGE)
        return self._places.edit(row // PLACES_PER_PAGE).view(np.uint32)[start : start + 2]

    def append(self, posting: int, row: int, code: Bytes1) -> None:
        """Put a row in the first empty slot of a posting that has room and does not have it."""
        slots = self.rows(posting)
        slot = int(np.argmax(slots == EMPTY))
        place = self.place(row)
        place[0 if place[0] == EMPTY else 1] = SLOTS * posting + slot
        slots[slot] = row
        put_code(self._codes.edit(posting), slot, code)
        if self._filled[posting] != UNKNOWN:
            self._filled[posting] += 1

    def take(self, posting: int, row: int) -> None:
        """Remove a row from a posting that has it: id, place and code."""
        place = self.place(row)
        which = 0 if place[0] // SLOTS == posting else 1
        slot = int(place[which]) % SLOTS
        self._filled[posting] = self.filled(posting) - 1
        self.rows(posting)[slot] = EMPTY
        put_code(self._codes.edit(posting), slot, self._heads.opposite(posting))
        place[which] = EMPTY
        if which == 0:
            place[:] = place[::-1]

    def empty(self, posting: int, slots: Indices) -> None:
        """Empty slots of a posting that hold rows, leaving places alone."""
        self._filled[posting] = self.filled(posting) - len(slots)
        self.rows(posting)[slots] = EMPTY
        page = self._codes.edit(posting)
        opposite = self._heads.opposite(posting)
        for slot in slots.tolist():
            put_code(page, slot, opposite)

    def empty_many(self, positions: Indices) -> None:
        """Empty slots (ascending positions) in many postings, leaving places alone."""
        postings, starts = np.unique(positions // SLOTS, return_index=True)
        parts = np.split(positions % SLOTS, starts[1:])
        if len(positions) < UNPACKED_FROM * len(postings):
            for posting, slots in zip(postings.tolist(), parts, strict=True):
                self.empty(posting, slots)
            return
        for start in range(0, len(postings), TOGETHER):
            some = postings[start : start + TOGETHER]
            pages = np.empty((len(some), self._codec.page_bytes), np.uint8)
            self._codes.gather(some, pages)
            codes = unpack(pages).reshape(len(some), SLOTS, -1)
            opposites = self._heads.opposites(some)
            for index, posting in enumerate(some.tolist()):
                slots = parts[start + index]
                self._filled[posting] = self.filled(posting) - len(slots)
                self.rows(posting)[slots] = EMPTY
                codes[index, slots] = opposites[index]
            packed = pack(codes.reshape(-1, codes.shape[2]))
            for posting, page in zip(some.tolist(), packed, strict=True):
                self._codes.edit(posting)[:] = page

    def forget(self, rows: Indices) -> None:
        """Leave rows without places."""
        self._places.set_items(rows, np.full((len(rows), 8), 255, np.uint8))

    def codes(self, posting: int) -> Bytes2:
        """Return the codes in the 64 slots."""
        return unpack(self._codes.read(posting)[None])

    def members(self, postings: Indices) -> Words:
        """Return the slots (len(postings), 64) of several postings."""
        return np.stack([self._slots(posting) for posting in postings.tolist()])

    def rewrite(self, posting: int, old: int, rows: Words, codes: Bytes2) -> None:
        """Fill a posting with rows that were in posting `old`, which may be the same; the head is in place."""
        page = np.tile(self._heads.opposite(posting), (SLOTS, 1))
        page[: len(rows)] = codes
        self._codes.edit(posting)[:] = pack(page)[0]
        slots = self.rows(posting)
        slots[:] = EMPTY
        slots[: len(rows)] = rows
        index = rows.astype(np.intp)
        places = self.places(index)
        here = np.where((places[:, 0] // SLOTS == old) & (places[:, 0] != EMPTY), 0, 1)
        places[np.arange(len(rows)), here] = SLOTS * posting + np.arange(len(rows))
        self._places.set_items(index, places.view(np.uint8))
        self._filled[posting] = len(rows)

    def allocate(self) -> int:
        """Return the number of an empty posting, a spare one first; its head is the zero vector."""
        if self._heads.spare:
            self._spare_changed = True
            return self._heads.spare.pop()
        posting = self._heads.add()
        nowhere = np.tile(self._heads.nowhere, (SLOTS, 1))
        self._codes.extend(pack(nowhere))
        if posting >= IDS_PER_PAGE * self._ids.count:
            self._ids.extend(np.full((1, PAGE), 255, np.uint8))
        if posting >= len(self._filled):
            self._filled = np.concatenate((self._filled, np.full_like(self._filled, UNKNOWN)))
        self._filled[posting] = 0
        return posting

    def release(self, posting: int) -> None:
        """Make an empty posting spare: nothing of its rows or head is left in it."""
        self._heads.put(np.array([posting]), np.zeros((1, self._codec.dimension), np.float32))
        self._codes.edit(posting)[:] = pack(np.tile(self._heads.nowhere, (SLOTS, 1)))[0]
        self._heads.spare.add(posting)
        self._spare_changed = True

    def note_spare(self) -> None:
        """Write the list of spare postings, if it changed."""
        if self._spare_changed:
            self._draft.put("spare", np.array(sorted(self._heads.spare), np.uint32).view(np.uint8))
            self._spare_changed = False

    def _spare_at_start(self) -> set[int]:
        listed = self._draft.extent("spare").view(np.uint32).astype(np.intp)
        listed = listed[listed < self._heads.count]
        if not len(listed):
            return set()
        vacant = (self.members(listed) == EMPTY).all(axis=1)
        headless = ~self._heads.full(listed).any(axis=1)
        return set(listed[vacant & headless].tolist())
