"""The use cases over every store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc.ports.storage import Storage
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.memory.conftest import World, make_world


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "memory":
        storage: Storage = MemoryStorage()
    elif request.param == "sqlite":
        storage = open_storage(f"sqlite:///{tmp_path / 'memsvc.db'}")
    else:
        storage = open_storage(request.getfixturevalue("postgres_url"))
    made = make_world(storage, tmp_path / "indexes")
    yield made
    made.context.index.close()
    storage.close()
