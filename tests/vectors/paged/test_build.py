"""What a bulk build promises: nothing lost, nothing overfull, nothing coded again."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.layout import EMPTY, SLOTS
from memsvc_stores.vectors.paged.build import build_flat, build_paged
from memsvc_stores.vectors.paged.clustering import halves
from memsvc_stores.vectors.slabs.memory import MemoryDraft


def slots(stored):
    count = stored.array("codes").count
    return stored.array("ids").items(np.arange(count)).view(np.uint32)


def notes_of(stored, rows):
    return stored.array("notes").items(rows).view("<i8")[:, 0]


def contents(pages):
    return np.stack([pages.read(page) for page in range(pages.count)])


def test_every_row_is_in_one_posting_or_in_two(paged, clustered):
    ids = slots(paged(clustered(3000)))
    rows, times = np.unique(ids[ids != EMPTY], return_counts=True)
    assert rows.tolist() == list(range(3000))
    assert set(times.tolist()) == {1, 2}


def test_places_name_the_slots_of_each_row(paged, clustered):
    stored = paged(clustered(2000))
    ids = slots(stored).ravel()
    places = stored.array("places").items(np.arange(2000)).view(np.uint32)
    named = {(int(p), row) for row, both in enumerate(places) for p in both if p != EMPTY}
    assert named == {(p, int(row)) for p, row in enumerate(ids.tolist()) if row != EMPTY}


def test_identical_vectors_fill_posting_after_posting(paged, clustered):
    ids = slots(paged(np.repeat(clustered(1), 10_000, axis=0)))
    filled = (ids != EMPTY).sum(axis=1)
    assert int(filled.max()) <= SLOTS
    assert np.unique(ids[ids != EMPTY]).size == 10_000


def test_codes_are_those_of_the_rows_and_empty_slots_hold_the_opposite_of_the_head(paged, clustered, codec):
    vectors = clustered(1500)
    stored = paged(vectors)
    count = stored.array("codes").count
    pages = contents(stored.array("codes"))
    ids, held = slots(stored).ravel(), unpack(pages)
    expected = codec.encode(codec.rotate(vectors))
    filled = ids != EMPTY
    assert np.array_equal(held[filled], expected[notes_of(stored, ids[filled])])
    heads = stored.array("centroids").items(np.arange(count))[:, : 2 * codec.dimension].view("<f2")
    opposite = codec.encode(codec.rotate(-heads.astype(np.float32)))
    assert np.array_equal(held[~filled], np.repeat(opposite, SLOTS, axis=0)[~filled])


def test_two_builds_are_the_same(paged, clustered):
    vectors = clustered(2500)
    one, other = paged(vectors), paged(vectors)
    for name in ("codes", "ids", "heads", "centroids", "places"):
        assert np.array_equal(contents(one.array(name)), contents(other.array(name))), name


def test_going_back_to_the_flat_form_gives_the_same_codes(flat_draft, clustered, codec):
    draft = flat_draft(clustered(1100))
    before = contents(draft.array("codes"))
    unused = np.arange(1100, len(before) * SLOTS)
    order = build_paged(draft, codec, living=np.arange(1100), rows=1100)
    build_flat(draft, codec, rows=1100)
    after = contents(draft.array("codes"))
    assert np.array_equal(unpack(after)[:1100], unpack(before)[order])
    assert not unpack(after)[unused].any()


def test_heads_hold_the_codes_of_the_centroids(paged, clustered, codec):
    stored = paged(clustered(3000))
    count = stored.array("codes").count
    centroids = stored.array("centroids").items(np.arange(count))[:, : 2 * codec.dimension].view("<f2")
    held = unpack(contents(stored.array("heads")))[:count]
    assert np.array_equal(held, codec.encode(codec.rotate(centroids.astype(np.float32))))


def test_rows_that_are_not_used_are_left_out(flat_draft, clustered, codec):
    draft: MemoryDraft = flat_draft(clustered(900))
    living = np.arange(0, 900, 3)
    order = build_paged(draft, codec, living=living, rows=900)
    ids = slots(draft)
    assert np.unique(ids[ids != EMPTY]).tolist() == list(range(300))
    assert sorted(order.tolist()) == living.tolist()


def test_rows_are_moved_whole_and_lie_in_the_order_of_their_first_posting(paged, clustered, codec):
    vectors = clustered(3000)
    stored = paged(vectors)
    rows = np.arange(3000)
    kept = stored.array("rows").items(rows)[:, : 2 * codec.dimension].view("<f2").astype(np.float32)
    assert np.array_equal(kept, vectors[notes_of(stored, rows)])
    count = stored.array("codes").count
    heads = stored.array("centroids").items(np.arange(count))[:, : 2 * codec.dimension].view("<f2")
    nearest = np.argmax(kept @ heads.astype(np.float32).T, axis=1)
    assert (np.diff(nearest) >= 0).mean() > 0.98


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65])
def test_few_rows_are_enough(paged, clustered, count):
    ids = slots(paged(clustered(count)))
    assert np.unique(ids[ids != EMPTY]).size == count


def test_halving_is_never_more_uneven_than_one_to_four(clustered):
    lonely = np.concatenate((np.repeat(clustered(1), 99, axis=0), -clustered(1)))
    assert 20 <= int(np.count_nonzero(halves(lonely))) <= 80
