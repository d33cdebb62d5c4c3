"""Connections of the catalog, and what its errors are called."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from memsvc.errors import MemsvcError, StorageBusy, Unavailable
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.slabs.catalog import Catalog
from memsvc_stores.vectors.slabs.faults import catalog_errors
from memsvc_stores.vectors.slabs.files import Files


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are counted in /proc")
def test_threads_that_end_leave_no_connection_open(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, Files())
    catalog.prepare()

    def read() -> None:
        with catalog.reading() as connection:
            connection.execute("SELECT 1").fetchone()

    before = descriptors()
    for _ in range(30):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert descriptors() <= before + 6
    catalog.close()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_PROTOCOL, StorageBusy),
        (sqlite3.SQLITE_SCHEMA, StorageBusy),
        (sqlite3.SQLITE_CORRUPT, Damaged),
        (sqlite3.SQLITE_NOTADB, Damaged),
    ],
)
def test_only_a_broken_catalog_is_damage(code: int, expected: type[MemsvcError | Damaged], tmp_path: Path) -> None:
    error = sqlite3.DatabaseError("injected")
    error.sqlite_errorcode = code
    with pytest.raises(expected), catalog_errors(tmp_path):
        raise error


def test_a_catalog_that_was_closed_meanwhile_is_no_damage(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, Files())
    catalog.prepare()
    catalog.connection.close()
    with pytest.raises(Unavailable), catalog.reading():
        pass
