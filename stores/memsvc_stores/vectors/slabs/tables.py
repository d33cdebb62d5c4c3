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
    flat = memoryview(np.ascontiguousarray(pages)).cast("B") if count else memoryview(b"")
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
    hashes of the chunks as the catalog has them.
    """

    def __init__(
        self,
        places: Words,
        sums: Words,
        verified: NDArray[np.bool_] | None = None,
        digests: Sequence[int] = (),
    ) -> None:
        self.digests = list(digests)
        self._places = places
        self._sums = sums
        self._verified = np.zeros(sums.shape, np.bool_) if verified is None else verified
        self._count = len(places)

    @classmethod
    def empty(cls, page_bytes: int) -> PageTable:
        return cls(np.empty(0, np.uint32), np.empty((0, parts_of(page_bytes)), np.uint32))

    @property
    def count(self) -> int:
        return self._count

    @property
    def places(self) -> Words:
        return self._places[: self._count]

    @property
    def sums(self) -> Words:
        return self._sums[: self._count]

    @property
    def verified(self) -> NDArray[np.bool_]:
        return self._verified[: self._count]

    def copy(self) -> PageTable:
        return PageTable(self.places.copy(), self.sums.copy(), self.verified.copy(), self.digests)

    def grow(self, count: int) -> None:
        """Add pages that are nowhere yet."""
        needed = self._count + count
        if needed > len(self._places):
            room = max(needed, 2 * len(self._places), 16)
            self._places = _enlarged(self._places, room, _NOWHERE)
            self._sums = _enlarged(self._sums, room, 0)
            self._verified = _enlarged(self._verified, room, 0)
        self._count = needed

    def encode(self, chunk: int) -> bytes:
        """Return one chunk: the places, then the sums, little-endian."""
        part = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
        return self.places[part].astype("<u4").tobytes() + self.sums[part].astype("<u4").tobytes()

    @property
    def chunks(self) -> int:
        return -(-self._count // CHUNK)


def decode(chunks: list[bytes], *, count: int, parts: int, digests: Sequence[int] = ()) -> PageTable:
    """Join chunks; raise Damaged when they are not of `count` pages."""
    width = 4 * (1 + parts)
    if sum(map(len, chunks)) != count * width or any(len(it) != CHUNK * width for it in chunks[:-1]):
        raise Damaged(f"a page table is not of {count} pages")
    lengths = [len(it) // width for it in chunks]
    places = [np.frombuffer(it, "<u4", n) for it, n in zip(chunks, lengths, strict=True)]
    sums = [
        np.frombuffer(it, "<u4", offset=4 * n).reshape(n, parts) for it, n in zip(chunks, lengths, strict=True)
    ]
    if len(chunks) == 1:
        return PageTable(places[0], sums[0], digests=digests)
    if not chunks:
        return PageTable(np.empty(0, np.uint32), np.empty((0, parts), np.uint32))
    return PageTable(np.concatenate(places), np.concatenate(sums), digests=digests)


def _enlarged(values: NDArray[_Scalar], room: int, filler: int) -> NDArray[_Scalar]:
    grown = np.full((room, *values.shape[1:]), filler, values.dtype)
    grown[: len(values)] = values
    return grown
