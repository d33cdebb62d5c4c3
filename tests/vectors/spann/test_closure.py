"""Closure against the paper's rule written out for one vector at a time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.spann.closure import chosen_candidates
from memsvc_stores.vectors.spann.options import SpannOptions

Matrix = NDArray[np.float32]


def squared(a: Matrix, b: Matrix) -> float:
    return float(((a - b) ** 2).sum())


def literally(x: Matrix, candidates: Matrix, options: SpannOptions) -> list[int]:
    """Walk candidates by distance as SPANN's section 3.2.2 says."""
    nearest = squared(x, candidates[0]) ** 0.5
    chosen: list[int] = []
    for number, head in enumerate(candidates):
        if len(chosen) == options.replica_count or squared(x, head) ** 0.5 > (1 + options.eps1) * nearest:
            break
        if all(options.rng_factor * squared(head, candidates[h]) > squared(x, head) for h in chosen):
            chosen.append(number)
    return chosen


@pytest.mark.parametrize("eps1", [0.0, 0.15, 10.0])
@pytest.mark.parametrize("rng_factor", [0.6, 1.0, 3.0])
@pytest.mark.parametrize("replica_count", [1, 2, 8])
def test_chooses_what_the_rule_written_out_chooses(eps1: float, rng_factor: float, replica_count: int) -> None:
    options = SpannOptions(eps1=eps1, rng_factor=rng_factor, replica_count=replica_count)
    rng = np.random.default_rng(3)
    heads = rng.standard_normal((40, 6)).astype(np.float32)
    points = rng.standard_normal((50, 6)).astype(np.float32)
    distances = ((points[:, None] - heads) ** 2).sum(axis=2)
    order = np.argsort(distances, axis=1)[:, :20]
    near = heads[order]
    between = ((near[:, :, None] - near[:, None]) ** 2).sum(axis=3)
    chosen = chosen_candidates(np.take_along_axis(distances, order, axis=1), between, options=options)
    expected = [literally(x, candidates, options) for x, candidates in zip(points, near, strict=True)]
    assert [np.nonzero(row)[0].tolist() for row in chosen] == expected


def test_a_head_goes_to_itself_alone() -> None:
    distances = np.array([[0.0, 0.1, 0.2]], np.float32)
    between = np.full((1, 3, 3), 9.0, np.float32)
    assert chosen_candidates(distances, between, options=SpannOptions()).tolist() == [[True, False, False]]
