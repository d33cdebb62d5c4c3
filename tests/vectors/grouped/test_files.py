"""What each group of keys keeps on disk, and forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from memsvc.domain.notes import KeyGroup
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.vectors.grouped import GroupedIndex
from tests.support.drafts import SCOPE, draft, purge, store
from tests.vectors.grouped.world import (
    AMEM,
    DRAWN,
    NOTES,
    SAVED,
    WHOLE,
    Asked,
    Open,
    Without,
    assert_right,
    at,
    best,
    keyed,
    many,
    search,
    tiered,
    traces,
)


@pytest.mark.parametrize("form", SAVED)
def test_only_later_changes_are_read_after_a_restart(opened: Open, storage: MemoryStorage, form: str) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        index.close()
    store(storage, keyed("later", "later a"))
    with storage.reader(SCOPE) as reader:
        index, asked = opened(), Asked(reader)
        assert search(index, reader, "later", group=WHOLE, source=asked).scores[0] > 0.99
        assert search(index, reader, "later a", group=DRAWN, source=asked).scores[0] > 0.99
        assert asked.after == [(WHOLE, NOTES), (DRAWN, NOTES)]
        assert_right(index, reader)


def test_saved_groups_are_sound(opened: Open, storage: MemoryStorage) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        assert index.verify(reader, at(reader)) == []
        assert opened().verify(reader, at(reader)) == []


@pytest.mark.parametrize("lost", [WHOLE, DRAWN])
def test_a_difference_names_its_group(opened: Open, storage: MemoryStorage, form: str, lost: KeyGroup) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        search(index, reader, "note 7", group=lost)
        problems = index.verify(Without(reader, lost), at(reader))
    assert problems
    assert {problem.detail.split(" keys: ")[0] for problem in problems} == {lost}


def test_a_rebuild_mends_each_group(opened: Open, storage: MemoryStorage) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        for group in KeyGroup:
            index.rebuild(Without(reader, group), at(reader))
        index.rebuild(reader, at(reader))
        assert index.verify(reader, at(reader)) == []
        assert_right(index, reader)


@pytest.mark.parametrize("form", SAVED)
def test_compacting_saves_each_group(opened: Open, storage: MemoryStorage, form: str) -> None:
    gone = [keyed(f"gone {n}", f"gone {n} a") for n in range(3 * NOTES)]
    store(storage, *gone)
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
    purge(storage, *(each.id for each in gone))
    with storage.reader(SCOPE) as reader:
        before = index.stats(reader, at(reader))
        index.compact(reader, at(reader))
        asked = Asked(reader)
        assert opened().stats(asked, at(reader)).disk_bytes <= before.disk_bytes
        assert {after for _, after in asked.after} <= {at(reader).last_sequence}
        assert_right(index, reader)
        assert index.verify(reader, at(reader)) == []


def test_a_purge_leaves_no_bytes_in_either_group(
    tmp_path: Path, opened: Open, storage: MemoryStorage, form: str
) -> None:
    gone = keyed("gone", "gone a")
    store(storage, gone)
    with storage.reader(SCOPE) as reader:
        opened().save(reader, at(reader))
    texts = ("gone", "gone a", "note 7", "note 7 a")
    assert traces(tmp_path, *texts) == (set() if form == "exact" else set(texts))
    store(storage, keyed("later", "later a"))
    purge(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        opened().purge(reader, at(reader))
        assert traces(tmp_path, *texts) == (set() if form == "exact" else set(texts[2:]))
        assert opened().verify(reader, at(reader)) == []
        assert search(opened(), reader, "later a", group=DRAWN).scores[0] > 0.99
        assert_right(opened(), reader)


def test_erasing_leaves_no_bytes_of_any_key(tmp_path: Path, opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        index.erase(at(reader).row)
        assert traces(tmp_path, *(text for sent in many() for text in (k.text or "" for k in sent.keys))) == set()
        assert_right(index, reader)


def test_stats_are_sums_and_the_form_of_whole_texts(opened: Open, storage: MemoryStorage, form: str) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        found = index.stats(reader, at(reader))
        assert (found.form, found.vectors, found.applied_sequence) == (form, 2 * NOTES, NOTES)
        assert (found.disk_bytes > 0) == (form != "exact")


@pytest.mark.parametrize("form", SAVED)
def test_bytes_of_a_group_are_counted(opened: Open, form: str) -> None:
    index = opened()
    disk = []
    for drawn in ((), ("a",)):
        storage = MemoryStorage()
        store(storage, *(keyed(f"note {n}", *(f"note {n} {part}" for part in drawn)) for n in range(NOTES)))
        with storage.reader(SCOPE) as reader:
            index.rebuild(reader, at(reader))
            disk.append(index.stats(reader, at(reader)).disk_bytes)
    assert disk[1] > disk[0]


@pytest.mark.parametrize("form", SAVED)
def test_a_directory_of_one_index_for_all_keys_is_opened_as_it_is(tmp_path: Path, form: str) -> None:
    """What was written before keys had groups, when all were of whole texts."""
    storage = MemoryStorage()
    store(storage, *(draft(f"note {n}") for n in range(NOTES)))
    with storage.reader(SCOPE) as reader:
        older = tiered(tmp_path / "indexes", form)
        older.save(reader, at(reader))
        older.close()
        folders = {WHOLE: "indexes", DRAWN: "indexes-drawn", AMEM: "indexes-amem"}
        index = GroupedIndex({group: tiered(tmp_path / folder, form) for group, folder in folders.items()})
        asked = Asked(reader)
        assert search(index, reader, "note 7", group=WHOLE, source=asked).rows.tolist() == best(
            reader, "note 7", group=WHOLE
        )
        assert {after for _, after in asked.after} <= {NOTES}
        assert index.verify(reader, at(reader)) == []
        index.close()
