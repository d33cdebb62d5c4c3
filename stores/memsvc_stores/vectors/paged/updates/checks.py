"""What must hold of the postings of a namespace, read block by block."""

from __future__ import annotations

from typing import Final

import numpy as np

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.findings import Findings
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Bytes2, Draft, Indices, Pages, Stored
from memsvc_stores.vectors.paged.updates.vectors import Widening
from memsvc_stores.vectors.paged.updates.words import Slots
from memsvc_stores.vectors.recoding import strange
from memsvc_stores.vectors.segment import Mask

__all__ = ["check_postings"]

_ROWS: Final = 65_536


def check_postings(stored: Stored | Draft, codec: Codec, living: Indices) -> list[str]:
    """Return what is wrong with ids, places, heads and codes; nothing when all is sound.

    `living` are the rows that must be there, and no others, ascending.
    """
    count = stored.array("codes").count
    if stored.array("heads").count != -(-count // SLOTS):
        return [f"{stored.array('heads').count} pages of heads for {count} postings"]
    for name in ("ids", "centroids"):
        if _room(stored.array(name)) < count:
            return [f"{name} of {_room(stored.array(name))} postings for {count}"]
    return _Check(stored, codec, living).problems()


def _room(array: Pages) -> int:
    return array.page_bytes // array.item_bytes * array.count


class _Check:
    """Goes through the postings, then through the places.

    A row whose every slot is named by its places, and that has as many places as slots, has just these.
    """

    def __init__(self, stored: Stored | Draft, codec: Codec, living: Indices) -> None:
        self._codec = codec
        self._living = living
        self._widening = Widening(codec.dimension)
        self._arrays = {
            name: stored.array(name) for name in ("codes", "heads", "ids", "centroids", "places", "rows")
        }
        self._count = self._arrays["codes"].count
        self._reach = _room(self._arrays["places"])
        self._used = np.zeros(self._reach, np.bool_)
        self._used[living[living < min(self._reach, _room(self._arrays["rows"]))]] = True
        self._slots_of = np.zeros(self._reach, np.uint8)
        self._findings = Findings()

    def problems(self) -> list[str]:
        # As many postings together as there are heads in a page.
        for start in range(0, self._count, SLOTS):
            self._check_block(np.arange(start, min(start + SLOTS, self._count)))
        past = np.arange(self._count, _room(self._arrays["ids"]))
        filled = (self._arrays["ids"].items(past).view(np.uint32) != EMPTY).any(axis=1)
        self._findings.add("postings that are not there have rows, the first is posting", past[filled])
        for start in range(0, self._reach, _ROWS):
            self._check_places(np.arange(start, min(start + _ROWS, self._reach)))
        self._findings.add(
            "rows are without room for places, the first is row", self._living[self._living >= self._reach]
        )
        return self._findings.told()

    def _check_block(self, postings: Indices) -> None:
        slots = self._arrays["ids"].items(postings).view(np.uint32)
        pages = np.empty((postings.size, self._codec.page_bytes), np.uint8)
        self._arrays["codes"].gather(postings, pages)
        codes = unpack(pages).reshape(postings.size, SLOTS, -1)
        centroids = self._widening.read(self._arrays["centroids"], postings)
        ordered = np.sort(slots, axis=1)
        twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] != EMPTY)).any(axis=1)
        self._findings.add("postings have a row twice, the first is posting", postings[twice])
        self._check_heads(postings, centroids)
        self._check_rows(postings, slots, codes)
        self._check_empty(postings, centroids, codes, slots == EMPTY)

    def _check_heads(self, postings: Indices, centroids: Matrix) -> None:
        heads = unpack(self._arrays["heads"].read(int(postings[0]) // SLOTS)[None])[: postings.size]
        wrong = strange(self._codec, heads, centroids, heads=True)
        self._findings.add("head codes are not those of their centroids, the first of posting", postings[wrong])

    def _check_rows(self, postings: Indices, slots: Slots, codes: Bytes2) -> None:
        """Check the filled slots, and count the slots that rows have."""
        within, slot = np.nonzero(slots != EMPTY)
        rows = slots[within, slot].astype(np.intp)
        known = rows < self._reach
        known[known] = self._used[rows[known]]
        self._findings.add("slots have a row that is not there, the first in posting", postings[within[~known]])
        within, slot, rows = within[known], slot[known], rows[known]
        places = self._arrays["places"].items(rows).view(np.uint32)
        named = (places == (SLOTS * postings[within] + slot)[:, None]).any(axis=1)
        self._findings.add("slots are not among the places of their row, the first of row", rows[~named])
        np.add.at(self._slots_of, rows[named], 1)
        wrong = strange(self._codec, codes[within, slot], self._widening.read(self._arrays["rows"], rows))
        self._findings.add("codes in postings are not those of their rows, the first of row", rows[wrong])

    def _check_empty(self, postings: Indices, centroids: Matrix, codes: Bytes2, vacant: Mask) -> None:
        within, slot = np.nonzero(vacant)
        opposite = self._codec.encode(self._codec.rotate_directions(-centroids))
        doubtful = (codes[within, slot] != opposite[within]).any(axis=1)
        within, slot = within[doubtful], slot[doubtful]
        wrong = strange(self._codec, codes[within, slot], -centroids[within], heads=True)
        self._findings.add(
            "empty slots do not hold the code of their negated head, the first in posting", postings[within[wrong]]
        )

    def _check_places(self, rows: Indices) -> None:
        filled = self._arrays["places"].items(rows).view(np.uint32) != EMPTY
        self._findings.add(
            "rows have a second place without a first, the first is row", rows[~filled[:, 0] & filled[:, 1]]
        )
        astray = filled.sum(axis=1) != self._slots_of[rows]
        self._findings.add("rows have places that are not theirs, the first is row", rows[astray])
        missing = self._used[rows] & (self._slots_of[rows] == 0)
        self._findings.add("rows are in no posting, the first is row", rows[missing])
