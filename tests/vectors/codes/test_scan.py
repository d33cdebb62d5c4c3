"""Scans rank as decoding and multiplying does, and find no slot that is not there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.aligned import aligned
from memsvc_stores.vectors.codes import Codec, ResidentCodes, Scanner, widescan
from memsvc_stores.vectors.codes.packing import pack
from memsvc_stores.vectors.codes.scanner import MOST_PAGES

# Tables are rounded to 8 bits: half a step for each of the 128 sub-quantisers, far less in sum.
ROUNDING = 0.01
Floats = NDArray[np.float32]


@pytest.fixture(params=[100, 384, 768, 1024, 1536, 3072])
def codec(request: pytest.FixtureRequest) -> Codec:
    return Codec.of(request.param)


def assert_best(positions: NDArray[np.int64], exact: Floats, count: int) -> None:
    """Assert that the positions are `count` of the best by exact scores, in order, up to the rounding."""
    assert len(positions) == len(set(positions.tolist())) == count
    limit = np.sort(exact)[-count]
    assert exact[positions].min() >= limit - ROUNDING
    assert np.diff(exact[positions]).max(initial=0.0) <= ROUNDING


class Pages:
    """Packed codes in memory, and where each page is; keep it while the addresses are used."""

    def __init__(self, codes: NDArray[np.uint8]) -> None:
        packed = pack(codes)
        self._room = aligned(packed.nbytes).reshape(packed.shape)
        self._room[:] = packed

    def __getitem__(self, chosen: object) -> NDArray[np.uint64]:
        numbers = np.arange(len(self._room))[chosen]
        return (self._room.ctypes.data + numbers * self._room.shape[1]).astype(np.uint64)


@pytest.mark.parametrize("r", [1, 20, 75, 640])
def test_a_scanner_ranks_as_decoded_vectors_do(codec: Codec, r: int, clustered) -> None:
    codes = codec.encode(codec.rotate(clustered(640, codec.dimension)))
    query = codec.rotate_query(clustered(1, codec.dimension, seed=8)[0])
    pages = Pages(codes)
    positions, scores = Scanner(codec).search(query, pages[:], r)
    assert_best(positions, codec.decode(codes) @ query, r)
    np.testing.assert_allclose(scores, (codec.decode(codes) @ query)[positions], atol=ROUNDING)


def test_positions_count_in_the_order_of_the_pages(codec: Codec, gaussians) -> None:
    codes = codec.encode(codec.rotate(gaussians(640, codec.dimension)))
    query = codec.rotate_query(gaussians(1, codec.dimension, seed=8)[0])
    pages, scanner, order = Pages(codes), Scanner(codec), np.array([7, 2, 9, 0])
    scanner.search(query, pages[:], 50)
    expected = (codec.decode(codes) @ query).reshape(10, 64)[order].ravel()
    assert_best(scanner.search(query, pages[order], 50)[0], expected, 50)


def test_a_scanner_takes_as_many_pages_as_it_says(gaussians) -> None:
    codec = Codec.of(384)
    codes = codec.encode(codec.rotate(gaussians(64 * MOST_PAGES)))
    query = codec.rotate_query(gaussians(1, seed=8)[0])
    pages = Pages(codes)
    found, _ = Scanner(codec).search(query, pages[:], 75)
    assert_best(found, codec.decode(codes) @ query, 75)


def test_more_asked_than_there_are_gives_all_once(codec: Codec) -> None:
    pages = Pages(np.zeros((128, codec.code_bytes), np.uint8))
    positions, scores = Scanner(codec).search(np.ones(codec.padded, np.float32), pages[:], 1_000)
    assert sorted(positions.tolist()) == list(range(128))
    assert len(scores) == 128


def test_nothing_is_found_in_no_pages(codec: Codec) -> None:
    query = np.ones(codec.padded, np.float32)
    assert len(Scanner(codec).search(query, np.empty(0, np.uint64), 10)[0]) == 0
    assert len(ResidentCodes(codec, 0).search(query, 10)[0]) == 0
    assert len(ResidentCodes(codec, 1).search(query, 0)[0]) == 0


@pytest.fixture
def resident(gaussians) -> tuple[ResidentCodes, Floats]:
    """Return 1,280 resident codes of 384 dimensions and what they decode to."""
    codec = Codec.of(384)
    codes = codec.encode(codec.rotate(gaussians(1_280)))
    made = ResidentCodes(codec, 20)
    made.pages[:] = pack(codes)
    return made, codec.decode(codes)


def test_resident_codes_rank_as_decoded_vectors_do(resident, gaussians) -> None:
    codes, decoded = resident
    query = Codec.of(384).rotate_query(gaussians(1, seed=2)[0])
    assert_best(codes.search(query, 75)[0], decoded @ query, 75)


def test_a_code_put_is_found_at_its_position(resident, gaussians) -> None:
    codes, _ = resident
    codec, vector = Codec.of(384), gaussians(1, seed=50)
    codes.put(777, codec.encode(codec.rotate(vector))[0])
    assert codes.search(codec.rotate_query(vector[0]), 1)[0].tolist() == [777]


def test_growth_keeps_codes_and_leaves_the_old_object(resident, gaussians) -> None:
    codes, _ = resident
    grown = codes.grow(30)
    np.testing.assert_array_equal(grown.pages[:20], codes.pages)
    assert not grown.pages[20:].any()
    codec, vector = Codec.of(384), gaussians(1, seed=50)
    grown.put(1_900, codec.encode(codec.rotate(vector))[0])
    assert grown.search(codec.rotate_query(vector[0]), 1)[0].tolist() == [1_900]
    assert len(codes.search(codec.rotate_query(vector[0]), 5_000)[0]) == 1_280


def test_long_codes_in_memory_rank_as_decoded_vectors_do(codec: Codec, clustered) -> None:
    vectors = clustered(64 * (MOST_PAGES // 16 + 1), codec.dimension)
    codes = codec.encode(codec.rotate(vectors))
    made = ResidentCodes(codec, len(codes) // 64)
    made.pages[:] = pack(codes)
    for r in (1, 75):
        query = codec.rotate_query(vectors[3])
        found, scores = made.search(query, r)
        assert_best(found, codec.decode(codes) @ query, r)
        np.testing.assert_allclose(scores, (codec.decode(codes) @ query)[found], atol=ROUNDING)


def test_long_codes_are_scanned_some_pages_at_a_time(gaussians, monkeypatch) -> None:
    monkeypatch.setattr(widescan, "MOST_PAGES", 3)
    codec = Codec.of(384)
    codes = codec.encode(codec.rotate(gaussians(640)))
    scan = widescan.WideScan(codec, 10)
    scan.pages[:] = pack(codes)
    query = codec.rotate_query(gaussians(1, seed=8)[0])
    assert_best(scan.search(query, 75)[0], codec.decode(codes) @ query, 75)


def test_threads_find_the_same(resident, gaussians) -> None:
    codes, _ = resident
    queries = Codec.of(384).rotate(gaussians(64, seed=2))
    expected = [codes.search(query, 75)[0].tolist() for query in queries]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda query: codes.search(query, 75)[0].tolist(), queries))
    assert found == expected
