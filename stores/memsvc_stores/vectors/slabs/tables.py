"""Page tables: for each page of an array its place in a slab, and a checksum per 4 KiB of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias, TypeVar

import numpy as np
import xxhash
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE

__all__ = ["CHUNK", "PageTable", "Words", "decode", "parts_of", "sums_of"]

CHUNK: Final = 1024
_NOWHERE: Final = 0xFFFFFFFF
Words: TypeAlias = NDArray[np.uint32]
_Scalar = TypeVar("_Scalar", bound=np.generic)


def parts_of(page_bytes: int) -> int:
    """Return how many checksums a page has."""
    return -(-page_bytes // PAGE)


def sums_of(pages: NDArray[np.uint8]) -> Words:
    """Return the checksums (n, parts) of pages (n, page_bytes): the low half of XXH3-64 of each 4 KiB."""
    count, size = pages.shape
    flat = np.ascontiguousarray(pages).reshape(-1).data
    spans = [(start, min(start + PAGE, size)) for start in range(0, size, PAGE)]
    digest = xxhash.xxh3_64_intdigest
    sums = [
        digest(flat[base + start : base + end]) & 0xFFFFFFFF
        for base in range(0, count * size, size)
        for start, end in spans
    ]
    return np.array(sums, np.uint32).reshape(count, len(spans))


class PageTable:
    """`places` (n) and `sums` (n, parts) of an array; grows only in a draft.

    `verified` (n, parts) says which parts this process has compared with their checksums; `digests` are the
    hashes of the chunks as the catalog has them. All places lie below `end`; `first` is the place of page 0
    when all pages follow it in order, else None.
    """

    def __init__(
        self, places: Words, sums: Words, *, end: int = 0, first: int | None = None, digests: Sequence[int] = ()
    ) -> None:
        self.digests = list(digests)
        self.places = self._all_places = places
        self.sums = self._all_sums = sums
        self.verified = self._all_verified = np.zeros(sums.shape, np.bool_)
        self.count = len(places)
        self.end = end
        self.first = first

    @classmethod
    def empty(cls, page_bytes: int) -> PageTable:
        return cls(np.empty(0, np.uint32), np.empty((0, parts_of(page_bytes)), np.uint32))

    def copy(self) -> PageTable:
        made = PageTable(
            self.places.copy(), self.sums.copy(), end=self.end, first=self.first, digests=self.digests
        )
        made.verified[:] = self.verified
        return made

    def grow(self, count: int) -> None:
        """Add pages that are nowhere yet."""
        needed = self.count + count
        if needed > len(self._all_places):
            room = max(needed, 2 * len(self._all_places), 16)
            self._all_places = _enlarged(self._all_places, room, _NOWHERE)
            self._all_sums = _enlarged(self._all_sums, room, 0)
            self._all_verified = _enlarged(self._all_verified, room, 0)
        self.count = needed
        self.places = self._all_places[:needed]
        self.sums = self._all_sums[:needed]
        self.verified = self._all_verified[:needed]
        self.first = None

    def put(self, pages: NDArray[np.intp], places: Words, sums: Words) -> None:
        """Give pages a place; they count as verified."""
        self.places[pages] = places
        self.sums[pages] = sums
        self.verified[pages] = True
        self.end = max(self.end, int(places.max(initial=0)) + 1)
        self.first = None

    def find_order(self) -> None:
        """Find out whether the pages follow one another in the slab."""
        known = self.count and int(self.places[-1]) - int(self.places[0]) == self.count - 1
        ordered = known and bool((np.diff(self.places) == 1).all())
        self.first = int(self.places[0]) if ordered else None

    def encode(self, chunk: int) -> bytes:
        """Return one chunk: the places, then the sums, little-endian."""
        part = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
        return self.places[part].astype("<u4").tobytes() + self.sums[part].astype("<u4").tobytes()

    @property
    def chunks(self) -> int:
        return -(-self.count // CHUNK)


def decode(
    chunks: Sequence[bytes], *, count: int, parts: int, end: int, first: int | None, digests: Sequence[int] = ()
) -> PageTable:
    """Join chunks; raise Damaged when they are not of `count` pages."""
    width = 4 * (1 + parts)
    if sum(map(len, chunks)) != count * width or any(len(it) != CHUNK * width for it in chunks[:-1]):
        raise Damaged(f"a page table is not of {count} pages")
    places, sums = [], []
    for chunk in chunks:
        words = np.frombuffer(chunk, "<u4")
        pages = len(words) // (1 + parts)
        places.append(words[:pages])
        sums.append(words[pages:].reshape(pages, parts))
    if len(chunks) == 1:
        return PageTable(places[0], sums[0], end=end, first=first, digests=digests)
    joined = np.concatenate(places or [np.empty(0, np.uint32)])
    summed = np.concatenate(sums or [np.empty((0, parts), np.uint32)])
    return PageTable(joined, summed, end=end, first=first, digests=digests)


def _enlarged(values: NDArray[_Scalar], room: int, filler: int) -> NDArray[_Scalar]:
    grown = np.full((room, *values.shape[1:]), filler, values.dtype)
    grown[: len(values)] = values
    return grown
