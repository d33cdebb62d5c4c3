"""Flipped bits, files of other versions, files that are none."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.slabs.catalog import CATALOG
from memsvc_stores.vectors.slabs.epochs import EPOCHS
from memsvc_stores.vectors.slabs.slab import slab_name
from memsvc_stores.vectors.slabs.store import Store

pytestmark = pytest.mark.fault


def _flip(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 4]))


def _places(store: Store, name: str) -> list[int]:
    return store.open(1).array(name).table.places.tolist()


def _read_all(kit: Any, store: Store) -> None:
    kit.content(store.open(1))


@pytest.mark.parametrize(("name", "size"), [("codes", 4096), ("rows", 12288)])
def test_a_flipped_bit_in_any_page_is_found(name: str, size: int, store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store, codes=70)
    kit.change(store, seed=2)
    for page, place in enumerate(_places(store, name)):
        at = place * size + (page * 977) % size
        _flip(directory / slab_name(size), at)
        with pytest.raises(Damaged, match=f"array {name}, page {page}, part {(page * 977) % size // 4096}:"):
            _read_all(kit, store)
        assert len(store.check(1)) == 1
        _flip(directory / slab_name(size), at)
    assert store.check(1) == []


def test_only_the_touched_parts_of_a_page_are_compared(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    _flip(directory / slab_name(12288), _places(store, "rows")[2] * 12288 + 12000)
    rows = store.open(1).array("rows")
    assert rows.items(np.array([32])).tobytes() == kit.pages(5, 12288)[2, :768].tobytes()
    with pytest.raises(Damaged):
        rows.items(np.array([32 + 15]))


def test_an_item_across_two_parts_has_both_compared(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    # Item 5 of a page is bytes 3840 to 4607.
    _flip(directory / slab_name(12288), _places(store, "rows")[0] * 12288 + 4100)
    with pytest.raises(Damaged, match="part 1"):
        store.open(1).array("rows").items(np.array([5]))


def test_a_flipped_bit_in_a_large_extent_is_found(store: Store, directory: Path, kit: Any) -> None:
    stored = kit.fill(store)
    first = stored.record.extents["directory"].first
    _flip(directory / slab_name(4096), first * 4096 + 8999)
    with pytest.raises(Damaged, match="directory"):
        store.open(1).extent("directory")
    assert store.check(1) == ["extent directory: checksum differs"]


@pytest.mark.parametrize(
    ("table", "column"), [("namespaces", "record"), ("page_tables", "entries")], ids=["record", "page-table"]
)
def test_a_flipped_bit_in_the_catalog_is_found(
    table: str, column: str, store: Store, directory: Path, kit: Any
) -> None:
    with store.draft(1) as draft:
        draft.create("codes", page_bytes=64, item_bytes=64).extend(kit.pages(2000, 64))
        draft.put("hidden", kit.pages(1, 40)[0])
        store.commit(draft, kit.meta())
    connection = sqlite3.connect(directory / CATALOG, isolation_level=None)
    where = f"SELECT rowid, {column} FROM {table}"
    for rowid, content in connection.execute(where).fetchall():
        for offset in range(0, len(content), max(1, len(content) // 60)):
            bad = bytearray(content)
            bad[offset] ^= 16
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bytes(bad), rowid))
            with pytest.raises(Damaged):
                store.open(1)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (content, rowid))
    connection.close()
    assert store.check(1) == []


def test_a_missing_chunk_is_found(store: Store, directory: Path, kit: Any) -> None:
    with store.draft(1) as draft:
        draft.create("codes", page_bytes=64, item_bytes=64).extend(kit.pages(2000, 64))
        store.commit(draft, kit.meta())
    connection = sqlite3.connect(directory / CATALOG, isolation_level=None)
    connection.execute("DELETE FROM page_tables WHERE chunk = 1")
    connection.close()
    with pytest.raises(Damaged, match="page table"):
        store.open(1)


def test_a_damaged_namespace_is_set_aside_and_its_pages_come_back(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    kit.fill(store, 2, seed=2)
    connection = sqlite3.connect(directory / CATALOG, isolation_level=None)
    connection.execute("UPDATE namespaces SET record = x'00' WHERE namespace = 1")
    connection.close()
    with pytest.raises(Damaged):
        store.open(1)
    assert store.set_aside(1, 1)
    assert store.open(1) is None
    assert store.collect_orphans() == 70 + 5 + 3
    assert kit.inspect(directory) == []
    assert store.check(2) == []
    assert kit.fill(store).epoch == 3


def test_only_the_newest_epoch_is_set_aside(store: Store, kit: Any) -> None:
    kit.fill(store)
    kit.change(store, seed=2)
    assert not store.set_aside(1, 1)
    assert store.open(1).meta.applied == 2


def test_a_damaged_record_can_be_written_over(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    connection = sqlite3.connect(directory / CATALOG, isolation_level=None)
    connection.execute("UPDATE namespaces SET record = x'00' WHERE namespace = 1")
    connection.close()
    kit.fill(store, seed=3)
    assert store.open(1).meta.applied == 3
    assert store.collect_orphans() == 70 + 5 + 3
    assert kit.inspect(directory) == []


@pytest.mark.parametrize("name", [CATALOG, slab_name(4096), EPOCHS])
def test_garbage_in_place_of_a_file_is_refused_and_can_be_left_behind(
    name: str, store: Store, directory: Path, kit: Any
) -> None:
    kit.fill(store)
    store.close()
    (directory / name).write_bytes(b"\x01\x02garbage!" * 5000)
    for suffix in ("-wal", "-shm"):
        (directory / (CATALOG + suffix)).unlink(missing_ok=True)
    again = Store(directory)
    with pytest.raises(Damaged):
        _read_all(kit, again)
    again.reset()
    assert again.open(1) is None
    kit.fill(again, seed=2)
    assert kit.inspect(directory) == []
    again.close()


def test_a_catalog_of_another_format_is_refused(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    store.close()
    connection = sqlite3.connect(directory / CATALOG)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(Damaged, match="format 7, this version reads format 1"):
        Store(directory).open(1)


def test_a_slab_of_another_format_is_refused(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    store.close()
    with (directory / slab_name(4096)).open("r+b") as file:
        file.seek(len(b"memsvc slab\n"))
        file.write(b"\x09")
    again = Store(directory)
    with pytest.raises(Damaged, match="format 9, this version reads 1"):
        _read_all(kit, again)
    again.close()


@pytest.mark.parametrize("size", [100, 0], ids=["cut", "empty"])
def test_a_slab_that_was_cut_is_refused(size: int, store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    store.close()
    with (directory / slab_name(4096)).open("r+b") as file:
        file.truncate(size)
    again = Store(directory)
    with pytest.raises(Damaged):
        _read_all(kit, again)
    again.close()


def test_a_missing_slab_is_refused(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    store.close()
    (directory / slab_name(12288)).unlink()
    again = Store(directory)
    with pytest.raises(Damaged, match="missing"):
        _read_all(kit, again)
    again.close()


def test_slabs_without_a_catalog_are_not_used(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    store.close()
    (directory / CATALOG).unlink()
    again = Store(directory)
    assert again.open(1) is None
    kit.fill(again, seed=2)
    assert kit.inspect(directory) == []
    again.close()


def test_another_process_notices_that_all_was_begun_anew(store: Store, directory: Path, kit: Any) -> None:
    old = kit.fill(store)
    other = Store(directory)
    other.reset()
    assert not old.sound()
    assert not old.newest()
    assert store.open(1) is None
    kit.fill(store, seed=2)
    assert other.open(1).meta.applied == 2
    other.close()


def test_files_are_their_owners_alone(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    modes = {path.stat().st_mode & 0o777 for path in directory.rglob("*") if path.is_file()}
    assert directory.stat().st_mode & 0o777 == 0o700
    assert modes == {0o600}
