"""Which codes count as the code of a vector."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.recoding import strange
from tests.vectors.oracle import unit

DIMENSION = 384


@pytest.fixture
def codec() -> Codec:
    return Codec.of(DIMENSION)


def between(codec: Codec, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return a unit vector that is as near to one centroid of the first three coordinates as to another."""
    rotated = np.random.default_rng(3).standard_normal(DIMENSION)
    rotated[:3] = (first + second) / 2
    rotated[3:] *= np.sqrt(1 - (rotated[:3] ** 2).sum()) / np.linalg.norm(rotated[3:])
    return (rotated @ codec.matrix.astype(np.float64)).astype(np.float32)[None]


def test_either_of_two_centroids_that_are_equally_near_will_do(codec):
    choices = codec.centroids[0].astype(np.float64)
    apart = ((choices[:, None] - choices) ** 2).sum(axis=2) + 9 * np.eye(16)
    first, second = np.unravel_index(int(apart.argmin()), apart.shape)
    vector = between(codec, choices[first], choices[second])
    codes = np.repeat(codec.encode(codec.rotate(vector)), 16, axis=0)
    codes[:, 0] = (codes[:, 0] & 0xF0) | np.arange(16, dtype=np.uint8)
    accepted = np.flatnonzero(~strange(codec, codes, np.repeat(vector, 16, axis=0)))
    assert accepted.tolist() == sorted((first, second))


def test_vectors_coded_one_by_one_have_their_codes(codec):
    vectors = unit(np.random.default_rng(4).standard_normal((500, DIMENSION)))
    codes = np.concatenate([codec.encode(codec.rotate(vector[None])) for vector in vectors])
    assert not strange(codec, codes, vectors).any()


def test_a_vector_that_is_not_finite_has_no_code(codec):
    vector = np.full((1, DIMENSION), np.inf, np.float32)
    assert strange(codec, np.zeros((1, codec.code_bytes), np.uint8), vector).all()
