"""Clustered vectors of length 1 and an index over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc_stores.vectors.spann import SpannIndex, SpannOptions, build_spann

Matrix = NDArray[np.float32]
Build = Callable[..., SpannIndex]

DIMENSION = 32
COUNT = 3000


def unit(rows: Matrix) -> Matrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


@pytest.fixture(scope="session")
def vectors() -> Matrix:
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((60, DIMENSION))
    return unit(centres[rng.integers(60, size=COUNT)] + 0.8 * rng.standard_normal((COUNT, DIMENSION)))


@pytest.fixture(scope="session")
def queries(vectors: Matrix) -> Matrix:
    rng = np.random.default_rng(8)
    return unit(vectors[:100] + 0.05 * rng.standard_normal((100, DIMENSION)))


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Build an index in the test's folder and open it."""
    with ExitStack() as opened:

        def built(vectors: Matrix, **options: object) -> SpannIndex:
            build_spann(tmp_path, vectors, SpannOptions(**options))  # type: ignore[arg-type]
            return opened.enter_context(SpannIndex(tmp_path))

        yield built
