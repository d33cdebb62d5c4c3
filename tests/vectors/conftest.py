"""Indexes of every form over one directory, and vectors from one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from memsvc.ports.embedding import Matrix
from memsvc.ports.ranking import Rows, VectorIndex
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.forms import FORMS, listed
from tests.vectors.oracle import DIMENSION, Truth, unit

OpenIndex = Callable[[], VectorIndex]


@pytest.fixture(params=sorted(FORMS))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_index(form: str, tmp_path: Path) -> OpenIndex:
    return lambda: FORMS[form](tmp_path)


@pytest.fixture
def index(open_index: OpenIndex) -> Iterator[VectorIndex]:
    opened = open_index()
    yield opened
    opened.close()


@pytest.fixture
def saved(tmp_path: Path) -> TieredVectorIndex:
    """An index that stores from the first key on."""
    return TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=0, reranked=1 << 20)


@pytest.fixture
def vectors() -> Callable[[int], Matrix]:
    generator = np.random.default_rng(7)
    return lambda count: unit(generator.standard_normal((count, DIMENSION)))


@pytest.fixture
def agree() -> Callable[..., None]:
    """Assert that an index answers as brute force does."""

    def check(index: VectorIndex, truth: Truth, query: Matrix, *, k: int = 5, allowed: Rows | None = None) -> None:
        reader = truth.reader()
        found = index.search(reader, truth.state(), query, k=k, allowed=allowed)
        assert listed(found) == listed(reader.best(query, k=k, allowed=allowed))

    return check
