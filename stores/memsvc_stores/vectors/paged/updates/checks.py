"""What must hold of the postings of a namespace."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.layout import EMPTY, SLOTS, Draft, Indices, Stored
from memsvc_stores.vectors.paged.updates.vectors import Widening

__all__ = ["check_postings"]


def check_postings(stored: Stored | Draft, codec: Codec, living: Indices | None = None) -> list[str]:
    """Return what is wrong with ids, places, heads and empty slots; nothing when all is sound.

    `living` are the rows that must be there, and no others; None leaves that out.
    """
    return list(_problems(stored, codec, living))


def _problems(stored: Stored | Draft, codec: Codec, living: Indices | None) -> Iterator[str]:
    count = stored.array("codes").count
    ids_array, places_array = stored.array("ids"), stored.array("places")
    if stored.array("heads").count != -(-count // SLOTS):
        yield f"{stored.array('heads').count} pages of heads for {count} postings"
    room = ids_array.page_bytes // ids_array.item_bytes * ids_array.count
    if room < count:
        yield f"ids of {room} postings for {count}"
        return
    slots = ids_array.items(np.arange(room)).view(np.uint32).reshape(-1)
    if (slots[SLOTS * count :] != EMPTY).any():
        yield "rows in postings that are not there"
    slots = slots[: SLOTS * count]
    positions = np.flatnonzero(slots != EMPTY)
    rows = slots[positions].astype(np.intp)
    reach = places_array.page_bytes // places_array.item_bytes * places_array.count
    places = places_array.items(np.arange(reach)).view(np.uint32)
    yield from _disagreements(slots, positions, rows, places)
    if living is not None:
        missing, extra = np.setdiff1d(living, rows), np.setdiff1d(rows, living)
        if len(missing) or len(extra):
            yield f"rows missing {missing[:5].tolist()}, rows too many {extra[:5].tolist()}"
    yield from _codes(stored, codec, slots.reshape(-1, SLOTS))


def _disagreements(
    slots: np.ndarray[tuple[int, ...], np.dtype[np.uint32]],
    positions: Indices,
    rows: Indices,
    places: np.ndarray[tuple[int, ...], np.dtype[np.uint32]],
) -> Iterator[str]:
    if len(rows) and int(rows.max()) >= len(places):
        yield "a row without room for its places"
        return
    for row in rows[~(places[rows] == positions[:, None]).any(axis=1)][:5].tolist():
        yield f"row {row} is in a slot that its places do not name"
    named = places[places != EMPTY]
    owner = np.nonzero(places != EMPTY)[0]
    inside = named < len(slots)
    if not inside.all() or (slots[named[inside]] != owner[inside]).any():
        yield "a place names a slot that has another row"
    if len(named) != len(positions):
        yield f"{len(named)} places for {len(positions)} filled slots"
    if ((places[:, 0] == EMPTY) & (places[:, 1] != EMPTY)).any():
        yield "a second place without a first"
    keys = rows * (len(slots) // SLOTS + 1) + positions // SLOTS
    if len(np.unique(keys)) != len(keys):
        yield "a row twice in one posting"


def _codes(
    stored: Stored | Draft, codec: Codec, slots: np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
) -> Iterator[str]:
    count = len(slots)
    if not count:
        return
    full = Widening(codec.dimension).read(stored.array("centroids"), np.arange(count))
    pages = np.empty((stored.array("heads").count, codec.page_bytes), np.uint8)
    stored.array("heads").gather(np.arange(len(pages)), pages)
    heads = unpack(pages)[:count]
    for posting in np.flatnonzero((heads != codec.encode(codec.rotate(full))).any(axis=1))[:5].tolist():
        yield f"the head code of posting {posting} is not that of its centroid"
    opposite = codec.encode(codec.rotate(-full))
    page = np.empty((1, codec.page_bytes), np.uint8)
    for posting in range(count):
        stored.array("codes").gather(np.array([posting]), page)
        vacant = unpack(page)[slots[posting] == EMPTY]
        if (vacant != opposite[posting]).any():
            yield f"an empty slot of posting {posting} does not hold the code of its negated head"
