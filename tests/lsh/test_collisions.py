"""How often near vectors share a bucket: the table of reference/memory-algorithms.md, 3.2, within .03."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc.ports.hashing import LshParameters
from memsvc_stores.lsh import CrossPolytope
from tests.lsh.epochs import random_epoch

GROUPS = (8, 16, 32, 64, 128, 256, 512)
TABLE = {
    0.0: (0.127, 0.065, 0.030, 0.016, 0.007, 0.003, 0.003),
    0.3: (0.229, 0.143, 0.092, 0.062, 0.043, 0.029, 0.018),
    0.5: (0.320, 0.237, 0.179, 0.132, 0.103, 0.074, 0.058),
    0.7: (0.446, 0.366, 0.301, 0.253, 0.207, 0.178, 0.147),
    0.8: (0.538, 0.456, 0.402, 0.345, 0.305, 0.275, 0.237),
    0.9: (0.660, 0.599, 0.550, 0.510, 0.466, 0.437, 0.403),
    0.95: (0.753, 0.711, 0.674, 0.627, 0.597, 0.567, 0.546),
}


def pairs(cosine: float, *, count: int, dimension: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(7)
    first = random.standard_normal((count, dimension))
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    other = random.standard_normal((count, dimension))
    other -= (other * first).sum(axis=1, keepdims=True) * first
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    return first, cosine * first + np.sqrt(1 - cosine**2) * other


def share_together(parameters: LshParameters, cosine: float, *, count: int) -> float:
    """Return the share of pairs that meet in one table at least."""
    hashing, epoch = CrossPolytope(), random_epoch(parameters)
    codes = [hashing.codes(epoch, side) for side in pairs(cosine, count=count, dimension=parameters.dimension)]
    return float((codes[0] == codes[1]).any(axis=1).mean())


@pytest.mark.slow
@pytest.mark.parametrize("cosine", list(TABLE))
def test_collisions_are_as_measured(cosine: float) -> None:
    found = [share_together(LshParameters(384, groups), cosine, count=20_000) for groups in GROUPS]

    assert found == pytest.approx(TABLE[cosine], abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [8, 64])
def test_nearer_vectors_meet_more_often(groups: int) -> None:
    found = [share_together(LshParameters(384, groups), cosine, count=5000) for cosine in TABLE]

    assert found == sorted(found)


@pytest.mark.parametrize("cosine", [0.7, 0.9])
def test_tables_and_hashes_multiply_the_chances(cosine: float) -> None:
    """K hashes read as one and L tables meet with 1 - (1 - p^K)^L, where each table has its own directions."""
    single = np.mean([share_together(LshParameters(64, 16, seed=seed), cosine, count=4000) for seed in range(8)])
    found = share_together(LshParameters(64, 16, hashes=2, tables=8), cosine, count=4000)

    assert found == pytest.approx(1 - (1 - single**2) ** 8, abs=0.05)
