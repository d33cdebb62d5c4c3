"""Packed pages are what faiss itself packs."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.codes import Codec
from memsvc_stores.vectors.codes.packing import pack, put_code, put_codes, unpack

DIMENSIONS = [384, 768, 1024, 1536, 100, 784, 5]
Bytes = NDArray[np.uint8]


def random_codes(codec: Codec, count: int) -> Bytes:
    return np.random.default_rng(3).integers(0, 256, (count, codec.code_bytes), np.uint8)


def packed_by_faiss(codec: Codec, codes: Bytes) -> Bytes:
    import faiss

    plain = faiss.IndexPQ(codec.padded, 2 * codec.code_bytes, 4, faiss.METRIC_INNER_PRODUCT)
    faiss.copy_array_to_vector(codes.ravel(), plain.codes)
    plain.ntotal, plain.is_trained = len(codes), True
    scan = faiss.IndexPQFastScan(plain, 32)
    return faiss.rev_swig_ptr(scan.codes.get(), codes.size).reshape(-1, codec.page_bytes).copy()


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_pages_equal_those_of_faiss(dimension: int) -> None:
    codec = Codec.of(dimension)
    codes = random_codes(codec, 320)
    np.testing.assert_array_equal(pack(codes), packed_by_faiss(codec, codes))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_unpacking_returns_the_codes(dimension: int) -> None:
    codes = random_codes(Codec.of(dimension), 320)
    np.testing.assert_array_equal(unpack(pack(codes)), codes)


@pytest.mark.parametrize("slot", [0, 1, 7, 8, 15, 16, 23, 31, 32, 47, 48, 63])
def test_a_code_is_put_as_the_packer_of_faiss_does(slot: int) -> None:
    import faiss

    codec = Codec.of(384)
    page, code = pack(random_codes(codec, 64))[0], np.arange(100, 164, dtype=np.uint8)
    expected = page.copy()
    scan = faiss.IndexPQFastScan(384, 128, 4, faiss.METRIC_INNER_PRODUCT)
    scan.get_CodePacker().pack_1(code, slot, expected.reshape(2, 2048))
    put_code(page, slot, code)
    np.testing.assert_array_equal(page, expected)


def test_codes_are_put_at_positions_over_pages() -> None:
    codec = Codec.of(100)
    codes = random_codes(codec, 256)
    pages = pack(np.zeros_like(codes))
    order = np.random.default_rng(1).permutation(256)
    put_codes(pages, order, codes[order])
    np.testing.assert_array_equal(pages, pack(codes))


def test_a_part_of_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="63 codes do not fill"):
        pack(np.zeros((63, 64), np.uint8))
