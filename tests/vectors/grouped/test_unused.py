"""A group that no note has a key of costs nothing, and is there as soon as one has."""

from __future__ import annotations

from pathlib import Path

from memsvc_stores.memory import MemoryStorage
from tests.support.drafts import SCOPE, purge, store
from tests.vectors.grouped.world import AMEM, NOTES, Asked, Open, at, attributed, best, search


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_unused_group_has_no_file(tmp_path: Path, opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        index.compact(reader, at(reader))
        index.purge(reader, at(reader))
        index.rebuild(reader, at(reader))
    assert files(tmp_path / AMEM) == []


def test_an_unused_group_is_never_read(opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        asked = Asked(reader)
        assert search(index, reader, "note 7", group=AMEM, source=asked).rows.tolist() == []
        index.verify(asked, at(reader))
        index.stats(asked, at(reader))
        assert AMEM not in {group for group, _ in asked.after}


def test_the_first_key_of_a_group_is_found(opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
    store(storage, attributed("zebra"))
    with storage.reader(SCOPE) as reader:
        text = "zebra and attributes"
        assert search(index, reader, text, group=AMEM).rows.tolist() == best(reader, text, group=AMEM)
        assert index.stats(reader, at(reader)).applied_sequence == NOTES + 1


def test_keys_that_are_purged_leave_no_hit(opened: Open, storage: MemoryStorage) -> None:
    gone = attributed("zebra")
    store(storage, gone)
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
    purge(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        index.purge(reader, at(reader))
        assert search(index, reader, "zebra and attributes", group=AMEM).rows.tolist() == []
        assert index.verify(reader, at(reader)) == []
