"""Every storage adapter behind one fixture."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc.ports.storage import Storage
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage

ADAPTERS = ["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a migrated, empty database."""
    path = tmp_path_factory.mktemp("template") / "m.db"
    open_storage(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of an empty database of this test's own."""
    path = tmp_path / "m.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=ADAPTERS)
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    """Return an empty store, once of each kind."""
    if request.param == "memory":
        opened: Storage = MemoryStorage()
    else:
        url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
        opened = open_storage(url)
    yield opened
    opened.close()
