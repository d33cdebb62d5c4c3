"""Vectors to code: of random direction, and in clusters on few dimensions as embeddings are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Make = Callable[..., Floats]


def _unit(vectors: NDArray[np.float64]) -> Floats:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def gaussians() -> Make:
    """Return a maker of unit vectors of random direction."""

    def make(count: int, dimension: int = 384, seed: int = 0) -> Floats:
        return _unit(np.random.default_rng(seed).standard_normal((count, dimension)))

    return make


@pytest.fixture
def clustered() -> Make:
    """Return a maker of unit vectors in clusters, with most of their variance in few directions."""

    def make(count: int, dimension: int = 384, seed: int = 0) -> Floats:
        common = np.random.default_rng(77)
        axes = common.standard_normal((40, dimension)) * (0.9 ** np.arange(40))[:, None]
        centres = common.standard_normal((100, 40))
        rng = np.random.default_rng(seed)
        inner = centres[rng.integers(0, 100, count)] + 0.8 * rng.standard_normal((count, 40))
        return _unit(inner @ axes + 0.3 * rng.standard_normal((count, dimension)) + 0.5)

    return make
