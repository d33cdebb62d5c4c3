"""What a stored namespace consists of: named arrays of pages and extents, and who may read and change them.

The arrays (an item is a row, a slot or a page; `EMPTY` marks an unused one):

| name | page | item |
|---|---|---|
| codes | 64 codes, packed for the scan | flat: page p holds rows 64p..64p+63; paged: one posting |
| rows | whole rows, see `row_bytes` | a key's vector as SQL has it: float16, padded with zeros |
| notes | 4 KiB | int64 note row of a row, -1 = unused |
| times | 4 KiB | two int64: event time and ingest time of the note, microseconds since 1970 |
| ids | 4 KiB | 64 uint32: the rows in the slots of a posting (paged) |
| heads | like codes | the codes of 64 heads, one head per posting (paged) |
| centroids | like rows | the head of a posting in full, float16 (paged) |
| places | 4 KiB | two uint32: positions (64 * posting + slot) of a row (paged) |

The extents: `directory` and `recent` (int64 note rows, ascending, then their uint32 rows), `hidden` (one bit per
row, little-endian bit order: 1 = not visible or unused).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EMPTY",
    "PAGE",
    "SLOTS",
    "Addresses",
    "Bytes2",
    "Draft",
    "Form",
    "Indices",
    "Meta",
    "Pages",
    "PagesDraft",
    "Result",
    "Stored",
    "block_bytes",
    "row_bytes",
]

PAGE: Final = 4096
SLOTS: Final = 64
EMPTY: Final = 0xFFFFFFFF

Form: TypeAlias = str
Bytes1: TypeAlias = NDArray[np.uint8]
Bytes2: TypeAlias = NDArray[np.uint8]
Indices: TypeAlias = NDArray[np.intp]
Addresses: TypeAlias = NDArray[np.uint64]
Result = TypeVar("Result")


def row_bytes(dimension: int) -> int:
    """Return the bytes of a float16 row, padded to a multiple of 32."""
    return -(-2 * dimension // 32) * 32


def block_bytes(item_bytes: int) -> int:
    """Return the least number of bytes that holds whole items and whole 4 KiB pages."""
    return math.lcm(item_bytes, PAGE)


@dataclass(frozen=True, slots=True)
class Meta:
    """A namespace at one epoch.

    `applied` is the journal sequence that it has come to, `rows` counts row numbers ever given (unused ones
    too), `living` the keys that are there, `form` is "flat" or "paged", `codec` names rotation and codebook.
    `counts` is for what a form wants to remember.
    """

    namespace: int
    form: Form
    model_id: str
    dimension: int
    codec: str
    applied: int
    rows: int
    living: int
    several: bool
    counts: Mapping[str, int] = field(default_factory=dict)


class Pages(Protocol):
    """An array of pages, read at one epoch. Thread-safe."""

    page_bytes: int
    item_bytes: int

    @property
    def count(self) -> int:
        """Count the pages."""

    def read(self, page: int) -> Bytes1:
        """Return one page, checked, read-only; raises Damaged."""

    def gather(self, pages: Indices, out: Bytes2) -> None:
        """Copy pages into `out` (len(pages), page_bytes), checked, prefetched together; raises Damaged."""

    def items(self, index: Indices) -> Bytes2:
        """Return items (len(index), item_bytes) by number, checked, prefetched together; raises Damaged.

        Item i lies in page i // (page_bytes // item_bytes). The result is a new contiguous array.
        """

    def announce(self, index: Indices) -> None:
        """Ask for items that will be read soon, without waiting for them."""

    def gather_items(self, index: Indices, out: Bytes2, *, announced: bool = False) -> None:
        """Copy items into `out` (len(index), item_bytes); as `items`, without a new array.

        With a narrower `out`, whose width divides a page, the pages are items of that width. What has been
        announced is not asked for again.
        """

    def in_place(self, pages: Indices, read: Callable[[Addresses], Result]) -> Result:
        """Return what `read` makes of pages, by their addresses, which are good until it returns.

        The pages are checked, and prefetched together; raises Damaged. Pages of 64 codes begin at multiples of
        the greatest power of two in their size, up to 4096.
        """


class PagesDraft(Pages, Protocol):
    """The array as the writer changes it; readers see nothing of it before the commit. Not thread-safe."""

    def edit(self, page: int) -> Bytes1:
        """Return a writable copy of a page, the same one until the commit."""

    def extend(self, pages: Bytes2) -> None:
        """Append pages (n, page_bytes)."""

    def set_items(self, index: Indices, values: Bytes2) -> None:
        """Overwrite items (distinct numbers below count * items per page)."""


class Stored(Protocol):
    """A namespace at one epoch. Thread-safe."""

    @property
    def meta(self) -> Meta: ...

    @property
    def epoch(self) -> int: ...

    def array(self, name: str) -> Pages: ...

    def extent(self, name: str) -> Bytes1:
        """Return the bytes of an extent, checked at first use, read-only; empty when there is none."""

    def sound(self) -> bool:
        """Say whether no page of this epoch has been given back: what was read before this call is right."""

    def newest(self) -> bool:
        """Say whether no later epoch has been committed."""

    @property
    def disk_bytes(self) -> int: ...


class Draft(Protocol):
    """The next epoch of a namespace while its one writer makes it."""

    @property
    def base(self) -> Stored | None:
        """Return the epoch that it starts from; None when the namespace has none or is made anew."""

    def array(self, name: str) -> PagesDraft:
        """Return an array that the base has, or that `create` has made."""

    def create(self, name: str, *, page_bytes: int, item_bytes: int) -> PagesDraft:
        """Begin an empty array; one of that name in the base is given up."""

    def drop(self, name: str) -> None:
        """Give up an array or extent."""

    def extent(self, name: str) -> Bytes1: ...

    def put(self, name: str, content: Bytes1) -> None:
        """Replace an extent."""
