"""The rotation is orthonormal, mixes well and is the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.rotation import HASHES, RotationChanged, digest, rotation


@pytest.mark.parametrize("dimension", [1, 2, 3, 5, 100, 384, 385, 513, 784, 1024])
def test_the_columns_are_orthonormal(dimension: int) -> None:
    matrix = rotation(dimension, 6 * -(-dimension // 6)).astype(np.float64)
    np.testing.assert_allclose(matrix.T @ matrix, np.eye(dimension), atol=1e-6)


@pytest.mark.parametrize("dimension", [384, 768, 1024])
def test_a_basis_vector_is_spread_like_a_gaussian(dimension: int) -> None:
    padded = 6 * -(-dimension // 6)
    scaled = rotation(dimension, padded).astype(np.float64) * np.sqrt(padded)
    assert np.mean(scaled**4) == pytest.approx(3.0, abs=0.05)
    assert np.abs(scaled).max() < 6.0


@pytest.mark.parametrize("dimension", sorted(HASHES))
def test_it_has_the_recorded_hash(dimension: int) -> None:
    assert digest(rotation(dimension, 6 * -(-dimension // 6))) == HASHES[dimension]


def test_another_rotation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memsvc_stores.vectors.codes.rotation._SEED", b"another")
    with pytest.raises(RotationChanged, match="384 dimensions"):
        rotation.__wrapped__(384, 384)


def test_one_bit_of_the_matrix_changes_its_hash() -> None:
    matrix = rotation(384, 384).copy()
    matrix.view(np.uint32)[200, 100] ^= 1
    assert digest(matrix) != HASHES[384]


def test_it_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        rotation(384, 384)[0, 0] = 1.0
