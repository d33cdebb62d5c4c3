"""What the bytes of times say of a range, against the times themselves."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.ports.ranking import Times, Within
from memsvc_stores.vectors.layout import SLOTS
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.slabs.memory import MemoryPages, MemoryStored
from memsvc_stores.vectors.times import RowTimes

COUNT = 5_003
GENERATOR = np.random.default_rng(4)
ORDERED = np.arange(COUNT) * 1_000 - 70_000
KINDS = {
    "ordered": ORDERED,
    "shuffled": GENERATOR.permutation(ORDERED),
    "all the same": np.full(COUNT, 7),
    "most the same": np.where(GENERATOR.random(COUNT) < 0.9, 7, ORDERED),
    "few different": GENERATOR.integers(0, 5, COUNT) * 1_000,
    "far apart": np.where(np.arange(COUNT) % 2, -(1 << 62), 1 << 62),
}
RANGES = [(None, 0), (0, None), (7, 8), (8, 2_000), (-70_000, 4_932_001), (1_000, 4_000), (5_000, 100), (9, 9)]


def pages(items: np.ndarray) -> MemoryPages:
    content = np.zeros((-(-items.nbytes // 4096), 4096), np.uint8)
    content.reshape(-1)[: items.nbytes] = items.reshape(-1).view(np.uint8)
    return MemoryPages(content, items.itemsize * items.shape[1])


def row_times(times: Times) -> RowTimes:
    nothing = pages(np.zeros((1, 1), np.int64))
    stored = MemoryStored(None, 1, {"times": pages(times), "rows": nothing, "notes": nothing}, {})
    return RowTimes(StoredRows(stored, 8), len(times))


def both(event: np.ndarray, ingest: np.ndarray) -> Times:
    return np.stack((event, ingest), axis=1).astype(np.int64)


@pytest.fixture(params=sorted(KINDS))
def event(request: pytest.FixtureRequest) -> np.ndarray:
    return KINDS[request.param]


@pytest.mark.parametrize("ends", RANGES)
def test_rows_are_those_in_the_range(event, ends):
    within = Within(event_from=ends[0], event_to=ends[1])
    times = both(event, ORDERED)
    assert row_times(times).span(within).rows().tolist() == within.holds(times).nonzero()[0].tolist()


@pytest.mark.parametrize("ends", RANGES)
def test_no_block_with_a_row_in_the_range_is_left_out(event, ends):
    within = Within(event_from=ends[0], event_to=ends[1])
    times = both(event, ORDERED)
    blocks = row_times(times).span(within).blocks()
    assert set((within.holds(times).nonzero()[0] // SLOTS).tolist()) <= set(blocks.tolist())


@pytest.mark.parametrize("ends", RANGES)
def test_never_more_rows_lie_in_the_range_than_said(event, ends):
    within = Within(event_from=ends[0], event_to=ends[1])
    times = both(event, ORDERED)
    assert row_times(times).span(within).most >= within.holds(times).sum()


@pytest.mark.parametrize("share", [0.5, 0.05, 0.01])
def test_the_share_is_about_right(share):
    size = int(share * COUNT)
    span = row_times(both(KINDS["shuffled"], ORDERED)).span(Within(event_from=0, event_to=1_000 * size))
    assert span.share == pytest.approx(share, abs=0.005)


def test_two_ranges_hold_together():
    times = both(KINDS["shuffled"], ORDERED)
    within = Within(event_from=0, event_to=900_000, ingest_from=1_500_000)
    assert row_times(times).span(within).rows().tolist() == within.holds(times).nonzero()[0].tolist()


def test_a_range_in_order_of_rows_lies_in_few_blocks():
    span = row_times(both(ORDERED, ORDERED)).span(Within(ingest_from=0, ingest_to=64_000))
    assert span.blocks().size <= 3


def test_a_time_that_fills_buckets_does_not_hide_its_neighbours():
    span = row_times(both(KINDS["most the same"], ORDERED)).span(Within(event_from=8))
    assert span.most < 0.15 * COUNT


def test_nothing_is_held_until_a_range_is_asked_for_then_about_a_byte_a_row():
    times = row_times(both(ORDERED, ORDERED))
    assert times.nbytes == 0
    times.span(Within(event_from=0))
    assert COUNT <= times.nbytes < 2 * COUNT


def test_no_rows_lie_in_no_range():
    assert row_times(np.empty((0, 2), np.int64)).span(Within(event_from=0)).rows().tolist() == []
