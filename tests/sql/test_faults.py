"""What callers see when the database cannot do its work, and that nothing is lost then."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from memsvc.domain.selection import Selection
from memsvc.errors import InvalidInput, StorageBusy, StorageFull, StorageReadOnly, Unavailable
from memsvc_stores.sql import SqlStorage, open_storage
from tests.support.drafts import SCOPE, draft, store

pytestmark = pytest.mark.fault


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a file system is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def _contents(storage: SqlStorage) -> list[str]:
    with storage.reader(SCOPE) as reader:
        return [note.content for note in reader.page(Selection(), after_row=0, limit=10_000)]


def test_a_locked_database_is_busy(sqlite: SqlStorage, sqlite_path: Path) -> None:
    other = sqlite3.connect(sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy):
        store(sqlite, draft("a"))
    other.close()
    store(sqlite, draft("a"))
    assert _contents(sqlite) == ["a"]


def test_a_locked_database_can_be_read(sqlite: SqlStorage, sqlite_path: Path) -> None:
    store(sqlite, draft("a"))
    other = sqlite3.connect(sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert _contents(sqlite) == ["a"]
    other.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database, but long enough to be read as one: " + "x" * 100)
    with pytest.raises(Unavailable, match="the file is no SQLite database") as caught:
        open_storage(f"sqlite:///{path}").create()
    assert caught.value.place == str(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "m.db"
    with pytest.raises(StorageReadOnly) as caught:
        open_storage(f"sqlite:///{path}").create()
    assert caught.value.place == str(path)


def test_a_thread_that_waits_too_long_for_another_is_busy(sqlite: SqlStorage) -> None:
    with sqlite.writer(SCOPE), pytest.raises(StorageBusy):
        store(sqlite, draft("a"))


def test_too_many_connections_are_unavailable(sqlite_path: Path) -> None:
    storage = open_storage(f"sqlite:///{sqlite_path}", timeout=0.1, pool_size=1)
    with storage.reader(SCOPE), storage.reader(SCOPE), pytest.raises(Unavailable), storage.reader(SCOPE):
        pass
    storage.close()


def test_the_files_of_a_new_database_are_for_the_owner_alone(sqlite: SqlStorage, sqlite_path: Path) -> None:
    store(sqlite, draft("a"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in sqlite_path.parent.glob("m.db*")}
    assert modes == {"m.db": 0o600, "m.db-shm": 0o600, "m.db-wal": 0o600}


def test_a_folder_that_does_not_exist_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageReadOnly):
        open_storage(f"sqlite:///{tmp_path}/missing/m.db")


def test_a_file_that_is_no_database_is_unavailable(sqlite_path: Path) -> None:
    sqlite_path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable):
        open_storage(f"sqlite:///{sqlite_path}")


def test_a_read_only_file_system_is_read_only(small_disk: Path) -> None:
    storage = open_storage(f"sqlite:///{small_disk}/m.db")
    store(storage, draft("a"))
    storage.close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StorageReadOnly):
        open_storage(f"sqlite:///{small_disk}/m.db")


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(100_000))
    storage = open_storage(f"sqlite:///{small_disk}/m.db")
    stored: list[str] = []
    with pytest.raises(StorageFull):
        _store_until_it_fails(storage, stored)
    assert len(stored) > 10
    assert _contents(storage) == stored
    ballast.unlink()
    store(storage, draft("more"))
    assert _contents(storage) == [*stored, "more"]
    storage.close()


@pytest.mark.postgres
def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="check that it runs"):
        open_storage("postgresql+psycopg://nobody@/none?host=/nonexistent", timeout=1)


@pytest.mark.postgres
def test_a_connection_that_was_cut_is_made_again(postgres_url: str) -> None:
    storage = open_storage(postgres_url)
    store(storage, draft("a"))
    _cut_connections(postgres_url)
    assert _contents(storage) == ["a"]
    storage.close()


@pytest.mark.postgres
def test_a_write_whose_connection_is_cut_is_unavailable_and_undone(postgres_url: str) -> None:
    storage = open_storage(postgres_url)
    store(storage, draft("a"))
    with pytest.raises(Unavailable):
        _store_on_a_cut_connection(storage, postgres_url)
    assert _contents(storage) == ["a"]
    storage.close()


@pytest.mark.postgres
def test_a_text_that_the_database_refuses_is_named_without_its_content(postgres_url: str) -> None:
    storage = open_storage(postgres_url)
    with pytest.raises(InvalidInput) as raised:
        store(storage, draft("the secret\0"))
    assert "secret" not in str(raised.value)
    storage.close()


def _store_until_it_fails(storage: SqlStorage, stored: list[str]) -> None:
    for number in range(10_000):
        content = f"note {number} " + "filler " * 50
        store(storage, draft(content))
        stored.append(content)


def _store_on_a_cut_connection(storage: SqlStorage, url: str) -> None:
    with storage.writer(SCOPE) as writer:
        _cut_connections(url)
        writer.add([draft("b", keys=["a"])], actor="tester")


def _cut_connections(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    engine.dispose()
