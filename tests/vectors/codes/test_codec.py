"""Codes say of vectors what the reference figures promise, in any dimension and for inner products."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes import Codec
from memsvc_stores.vectors.codes.codec import VectorTooLong

DIMENSIONS = [1, 5, 100, 384, 768, 784, 1024, 1536]


@pytest.mark.parametrize("source", ["gaussians", "clustered"])
@pytest.mark.parametrize("dimension", [384, 768])
def test_the_reconstruction_error_is_the_reference_one(
    source: str, dimension: int, request: pytest.FixtureRequest
) -> None:
    codec = Codec.of(dimension)
    rotated = codec.rotate(request.getfixturevalue(source)(5_000, dimension, seed=9))
    decoded = codec.decode(codec.encode(rotated))
    cosines = np.einsum("ij,ij->i", rotated, decoded) / np.linalg.norm(decoded, axis=1)
    assert np.square(rotated - decoded).sum(axis=1).mean() == pytest.approx(0.2382, rel=0.01)
    assert cosines.mean() == pytest.approx(0.873, rel=0.01)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_sizes_follow_from_the_dimension(dimension: int) -> None:
    codec = Codec.of(dimension)
    assert codec.padded % 6 == 0
    assert 0 <= codec.padded - dimension < 6
    assert codec.code_bytes == codec.padded // 6
    assert codec.page_bytes == 64 * codec.code_bytes


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_rotation_keeps_cosines(dimension: int, gaussians) -> None:
    codec = Codec.of(dimension)
    vectors, query = 3.0 * gaussians(50, dimension), 7.0 * gaussians(1, dimension, seed=1)[0]
    expected = vectors @ query / 21.0
    np.testing.assert_allclose(codec.rotate(vectors) @ codec.rotate_query(query), expected, atol=1e-5)


def test_each_code_is_the_nearest_centroid(gaussians) -> None:
    codec = Codec.of(100)
    rotated = codec.rotate(gaussians(40, 100))
    parts = rotated.reshape(40, -1, 1, 3)
    nearest = np.square(parts - codec.centroids).sum(axis=3).argmin(axis=2)
    codes = codec.encode(rotated)
    np.testing.assert_array_equal(codes, nearest[:, 0::2] | nearest[:, 1::2] << 4)


def test_blocks_of_an_encoding_meet_without_a_seam(gaussians) -> None:
    codec = Codec.of(12)
    rotated = codec.rotate(gaussians(20_000, 12))
    apart = np.concatenate([codec.encode(rotated[:8_191]), codec.encode(rotated[8_191:])])
    np.testing.assert_array_equal(codec.encode(rotated), apart)


def test_no_vectors_have_no_codes() -> None:
    codec = Codec.of(384)
    empty = codec.rotate(np.empty((0, 384), np.float32))
    assert codec.decode(codec.encode(empty)).shape == (0, 384)


def test_a_zero_vector_stays_zero() -> None:
    codec = Codec.of(384)
    assert not codec.rotate(np.zeros((1, 384), np.float32)).any()
    assert not codec.rotate_query(np.zeros(384, np.float32)).any()


def test_with_a_bound_the_order_is_that_of_inner_products(gaussians) -> None:
    lengths = np.random.default_rng(4).uniform(0.5, 9.5, (500, 1)).astype(np.float32)
    vectors, query = lengths * gaussians(500, 96), gaussians(1, 96, seed=5)[0]
    codec = Codec.of(96, inner_product_bound=10.0)
    scores = codec.rotate(vectors) @ codec.rotate_query(query)
    np.testing.assert_allclose(10.0 * scores, vectors @ query, atol=1e-4)
    estimates = codec.decode(codec.encode(codec.rotate(vectors))) @ codec.rotate_query(query)
    best = set(np.argsort(-(vectors @ query))[:10].tolist())
    assert len(best & set(np.argsort(-estimates)[:100].tolist())) >= 9


@pytest.mark.parametrize("bound", [None, 0.5, 10.0])
def test_directions_stand_as_questions_do(bound: float | None, gaussians) -> None:
    codec, vectors = Codec.of(96, bound), 3.0 * gaussians(20, 96)
    expected = np.stack([codec.rotate_query(vector) for vector in vectors])
    np.testing.assert_allclose(codec.rotate_directions(vectors), expected, atol=1e-6)


def test_a_vector_beyond_the_bound_is_refused(gaussians) -> None:
    with pytest.raises(VectorTooLong, match=r"length 3 exceeds 2"):
        Codec.of(96, inner_product_bound=2.0).rotate(3.0 * gaussians(1, 96))


def test_names_differ_where_codes_do() -> None:
    names = {Codec.of(384).name, Codec.of(385).name, Codec.of(384, 1.0).name, Codec.of(384, 2.0).name}
    assert len(names) == 4


def test_the_name_of_the_format_is_kept() -> None:
    assert Codec.of(384).name == "pq4-1-384-097c288261e55286"


@pytest.mark.parametrize(("dimension", "bound"), [(0, None), (-3, None), (384, 0.0), (384, float("inf"))])
def test_what_has_no_codes_is_refused(dimension: int, bound: float | None) -> None:
    with pytest.raises(ValueError, match="no codes"):
        Codec.of(dimension, bound)
