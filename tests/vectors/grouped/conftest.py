"""A store of notes with keys of both groups, and indexes in every form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc.domain.notes import KeyGroup
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.vectors.grouped import GroupedIndex
from tests.support.drafts import store
from tests.vectors.grouped.world import FORMS, Open, many, tiered


@pytest.fixture(params=sorted(FORMS))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(tmp_path: Path, form: str) -> Iterator[Open]:
    """Open indexes of every group over this test's directories."""
    made: list[GroupedIndex] = []

    def open_index() -> GroupedIndex:
        made.append(GroupedIndex({group: tiered(tmp_path / group, form) for group in KeyGroup}))
        return made[-1]

    yield open_index
    for index in made:
        index.close()


@pytest.fixture
def storage() -> MemoryStorage:
    filled = MemoryStorage()
    store(filled, *many())
    return filled
