"""Building the paged form of rows that are stored, and going back to the flat one; no vector is coded again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.embedding import Matrix
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import pack, unpack
from memsvc_stores.vectors.layout import (
    EMPTY,
    PAGE,
    SLOTS,
    Bytes2,
    Draft,
    Indices,
    Pages,
    PagesDraft,
    block_bytes,
    row_bytes,
)
from memsvc_stores.vectors.paged.arrange import arrange
from memsvc_stores.vectors.paged.grouping import Grouping, group
from memsvc_stores.vectors.paged.updates.vectors import Widening

__all__ = ["build_flat", "build_paged", "start_paged"]

_BLOCK = 1024
PAGED = ("ids", "heads", "centroids", "places")


def start_paged(draft: Draft, codec: Codec) -> None:
    """Begin the arrays of an empty paged form."""
    item = row_bytes(codec.dimension)
    draft.create("codes", page_bytes=codec.page_bytes, item_bytes=codec.page_bytes)
    draft.create("heads", page_bytes=codec.page_bytes, item_bytes=codec.page_bytes)
    draft.create("ids", page_bytes=PAGE, item_bytes=4 * SLOTS)
    draft.create("centroids", page_bytes=block_bytes(item), item_bytes=item)
    draft.create("places", page_bytes=PAGE, item_bytes=8)


def build_paged(draft: Draft, codec: Codec, *, living: Indices, rows: int) -> Indices:
    """Turn the flat form of a draft into the paged one; `living` are the used ones of `rows` row numbers.

    Rows get new numbers, 0 to len(living) - 1, by posting: the old ones are returned in the new order.
    """
    codes = _row_codes(draft.array("codes"), rows)
    widening = Widening(codec.dimension)
    stored = draft.array("rows")

    def read(index: Indices) -> Matrix:
        return widening.read(stored, index)

    grouping = group(read, living)
    order: Indices = np.argsort(grouping.first, kind="stable")
    arrange(draft, living[order])
    start_paged(draft, codec)
    _write_heads(draft, codec, widening, grouping.heads)
    _write_postings(draft, codec, grouping, order, codes[living])
    return living[order]


def build_flat(draft: Draft, codec: Codec, *, rows: int) -> None:
    """Turn the paged form of a draft into the flat one: codes go back to the order of the rows."""
    flat = np.zeros((-(-rows // SLOTS) * SLOTS, codec.code_bytes), np.uint8)
    codes, ids = draft.array("codes"), draft.array("ids")
    for start in range(0, codes.count, _BLOCK):
        postings = np.arange(start, min(start + _BLOCK, codes.count))
        pages = np.empty((postings.size, codec.page_bytes), np.uint8)
        codes.gather(postings, pages)
        slots = ids.items(postings).view(np.uint32).ravel()
        filled = slots != EMPTY
        flat[slots[filled]] = unpack(pages)[filled]
    for name in (*PAGED, "spare"):
        draft.drop(name)
    made = draft.create("codes", page_bytes=codec.page_bytes, item_bytes=codec.page_bytes)
    for start in range(0, len(flat), _BLOCK * SLOTS):
        made.extend(pack(flat[start : start + _BLOCK * SLOTS]))


def _row_codes(codes: Pages, rows: int) -> Bytes2:
    """Return the codes of all rows of a flat form, unpacked."""
    unpacked = np.empty((codes.count * SLOTS, codes.page_bytes // SLOTS), np.uint8)
    for start in range(0, codes.count, _BLOCK):
        pages = np.arange(start, min(start + _BLOCK, codes.count))
        block = np.empty((pages.size, codes.page_bytes), np.uint8)
        codes.gather(pages, block)
        unpacked[start * SLOTS : (start + pages.size) * SLOTS] = unpack(block)
    return unpacked[:rows]


def _write_heads(draft: Draft, codec: Codec, widening: Widening, heads: NDArray[np.float16]) -> None:
    """Write centroids and their codes, some at a time: all of ten million rows' heads are large as float32."""
    item = row_bytes(codec.dimension)
    items = np.zeros((len(heads), item), np.uint8)
    items[:, : 2 * codec.dimension] = heads.astype("<f2", copy=False).view(np.uint8)
    _extend(draft.array("centroids"), items)
    nowhere = codec.encode(codec.rotate_directions(np.zeros((1, codec.dimension), np.float32)))
    codes = np.tile(nowhere, (-(-len(heads) // SLOTS) * SLOTS, 1))
    for start in range(0, len(heads), _BLOCK):
        some = widening.widen(items[start : start + _BLOCK])
        codes[start : start + len(some)] = codec.encode(codec.rotate_directions(some))
    draft.array("heads").extend(pack(codes))


def _write_postings(draft: Draft, codec: Codec, grouping: Grouping, order: Indices, codes: Bytes2) -> None:
    """Write codes, ids and places, a block of postings at a time; row i has the code at place order[i]."""
    heads, postings = grouping.heads, grouping.postings
    bounds = np.searchsorted(postings, np.arange(len(heads) + 1))
    slots = np.arange(len(postings)) - bounds[postings]
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order))
    entry_rows = numbers[grouping.places]
    for start in range(0, len(heads), _BLOCK):
        end = min(start + _BLOCK, len(heads))
        opposite = codec.encode(codec.rotate_directions(-heads[start:end].astype(np.float32)))
        page = np.repeat(opposite, SLOTS, axis=0)
        ids = np.full((end - start) * SLOTS, EMPTY, np.uint32)
        some = slice(bounds[start], bounds[end])
        place = (postings[some] - start) * SLOTS + slots[some]
        page[place] = codes[grouping.places[some]]
        ids[place] = entry_rows[some]
        draft.array("codes").extend(pack(page))
        _extend(draft.array("ids"), ids.view(np.uint8).reshape(-1, 4 * SLOTS), fill=255)
    draft.array("places").extend(_places(entry_rows, SLOTS * postings.astype(np.uint32) + slots, len(order)))


def _places(entry_rows: Indices, positions: Indices, rows: int) -> Bytes2:
    places = np.full((-(-rows // (PAGE // 8)) * (PAGE // 8), 2), EMPTY, np.uint32)
    order = np.argsort(entry_rows, kind="stable")
    entry_rows, positions = entry_rows[order], positions[order]
    again = np.concatenate(([False], entry_rows[1:] == entry_rows[:-1]))
    places[entry_rows, again.astype(np.intp)] = positions
    return places.view(np.uint8).reshape(-1, PAGE)


def _extend(array: PagesDraft, items: Bytes2, *, fill: int = 0) -> None:
    """Append items to an array whose last page is full; `fill` is what unused items of the new last page hold."""
    per_page = array.page_bytes // array.item_bytes
    pages = -(-len(items) // per_page)
    content = np.full((pages * per_page, array.item_bytes), fill, np.uint8)
    content[: len(items)] = items
    array.extend(content.reshape(pages, array.page_bytes))
