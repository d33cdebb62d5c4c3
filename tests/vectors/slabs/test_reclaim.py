"""Pages that are no longer needed: when they go, what is left of them, who notices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsvc_stores.vectors.slabs.slab import slab_name
from memsvc_stores.vectors.slabs.store import Store


def test_the_epoch_before_the_newest_stays_readable(store: Store, kit: Any) -> None:
    first = kit.fill(store, seed=1)
    second = kit.change(store, seed=2)
    kit.change(store, seed=3)
    before = kit.content(second)
    assert store.recycle(1, everything=False) > 0
    assert not first.sound()
    assert second.sound()
    assert kit.content(second) == before


def test_all_retired_pages_go_and_only_the_newest_epoch_stays(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store, seed=1)
    second = kit.change(store, seed=2)
    third = kit.change(store, seed=3)
    store.recycle(1, everything=True)
    assert not second.sound()
    assert third.sound()
    assert kit.inspect(directory) == []
    assert {it.retired for it in store.usage().slabs.values()} == {0}


def test_recycling_twice_finds_nothing_more(store: Store, kit: Any) -> None:
    kit.fill(store)
    kit.change(store, seed=2)
    # A code page, two row pages, three pages of the directory.
    assert store.recycle(1, everything=True) == 6
    assert store.recycle(1, everything=True) == 0


def test_recycled_pages_are_used_again(store: Store, kit: Any) -> None:
    kit.fill(store)
    for seed in range(2, 12):
        kit.change(store, seed=seed)
        store.recycle(1, everything=True)
    grown = store.usage().slabs[4096].pages
    for seed in range(12, 30):
        with store.draft(1) as draft:
            draft.array("codes").edit(5)[:] = seed
            store.commit(draft, kit.meta(applied=seed))
        store.recycle(1, everything=True)
    assert store.usage().slabs[4096].pages == grown


def test_no_byte_of_an_erased_namespace_is_left_in_the_slabs(store: Store, directory: Path, kit: Any) -> None:
    canary = np.frombuffer(b"canary!!" * 512, np.uint8)
    kit.fill(store, 2)
    with store.draft(1) as draft:
        draft.create("codes", page_bytes=4096, item_bytes=4096).extend(np.stack([canary] * 80))
        draft.put("directory", canary)
        store.commit(draft, kit.meta())
    for _ in range(2):
        with store.draft(1) as draft:
            draft.array("codes").edit(1)[:] = canary
            store.commit(draft, kit.meta())
    store.erase(1)
    assert b"canary!!" not in (directory / slab_name(4096)).read_bytes()
    assert store.namespaces() == [2]
    assert store.check(2) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives room back inside a file")
def test_the_room_of_many_pages_goes_back_to_the_disk(store: Store, directory: Path, kit: Any) -> None:
    with store.draft(1) as draft:
        draft.create("rows", page_bytes=12288, item_bytes=768).extend(kit.pages(300, 12288))
        store.commit(draft, kit.meta())
    path = directory / slab_name(12288)
    full = path.stat().st_blocks * 512
    store.erase(1)
    assert path.stat().st_blocks * 512 < full - 200 * 12288
    assert not np.frombuffer(path.read_bytes(), np.uint8)[12288:].any()


def test_a_draft_that_is_not_committed_leaves_nothing(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store, seed=1)

    def break_off() -> None:
        with store.draft(1) as draft:
            draft.array("codes").extend(kit.pages(90, 4096))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with store.draft(1) as draft:
        draft.array("codes").extend(kit.pages(90, 4096))
    assert store.open(1).epoch == 1
    assert {it.pending for it in store.usage().slabs.values()} == {0}
    assert kit.inspect(directory) == []


def test_pages_that_a_draft_gave_up_again_come_back(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    with store.draft(1) as draft:
        draft.create("codes", page_bytes=4096, item_bytes=4096).extend(kit.pages(90, 4096))
        draft.create("codes", page_bytes=4096, item_bytes=4096).extend(kit.pages(80, 4096))
        store.commit(draft, kit.meta())
    assert kit.inspect(directory) == []
    assert store.recycle(1, everything=True) == 70 + 90
    assert kit.inspect(directory) == []


def test_a_draft_can_begin_anew(store: Store, directory: Path, kit: Any) -> None:
    kit.fill(store)
    with store.draft(1) as draft:
        draft.begin_anew()
        assert draft.base is None
        draft.create("rows", page_bytes=4096, item_bytes=4096).extend(kit.pages(1, 4096))
        stored = store.commit(draft, kit.meta())
    assert list(stored.arrays) == ["rows"]
    assert kit.inspect(directory) == []


def test_epochs_go_on_after_an_erasure(store: Store, kit: Any) -> None:
    old = kit.fill(store)
    store.erase(1)
    new = kit.fill(store)
    assert new.epoch > old.epoch
    assert not old.sound()
    assert new.sound()


def test_usage_counts_every_page(store: Store, kit: Any) -> None:
    kit.fill(store)
    kit.change(store, seed=2)
    found = store.usage()
    assert found.namespaces == 1
    # The header, 71 codes and 3 pages of the directory; a code page and the old directory have retired.
    assert found.slabs[4096].pages == 1 + 71 + 3 + 4
    assert found.slabs[4096].retired == 4
    assert found.disk_bytes >= sum(it.disk_bytes for it in found.slabs.values())


def test_a_namespace_far_out_has_counters_too(store: Store, kit: Any) -> None:
    stored = kit.fill(store, 5_000_000)
    assert stored.newest()
    kit.change(store, 5_000_000, seed=2)
    store.recycle(5_000_000, everything=True)
    assert not stored.newest()
    assert not stored.sound()


def test_what_was_opened_can_be_read_after_the_store_is_closed(directory: Path, kit: Any) -> None:
    store = Store(directory)
    stored = kit.fill(store)
    before = kit.content(stored)
    store.close()
    assert kit.content(stored) == before
