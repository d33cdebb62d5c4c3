"""A database of each kind, new and without tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memsvc_stores.sql import SqlStorage, open_storage


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'm.db'}"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    return tmp_path / "m.db"


@pytest.fixture
def sqlite(sqlite_path: Path) -> Iterator[SqlStorage]:
    """Return an empty SQLite store."""
    storage = open_storage(f"sqlite:///{sqlite_path}", timeout=0.2)
    yield storage
    storage.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest) -> Iterator[SqlStorage]:
    """Return an empty store of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    opened = open_storage(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()
