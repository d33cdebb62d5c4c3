"""What the twin in memory and the store on disk both do."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from memsvc_stores.vectors.errors import Damaged


def test_nothing_is_stored_at_first(either: Any) -> None:
    assert either.open(1) is None


def test_a_committed_namespace_reads_as_it_was_written(either: Any, kit: Any) -> None:
    stored = kit.fill(either, seed=3)
    opened = either.open(1)
    assert kit.content(opened) == kit.content(stored)
    assert opened.array("codes").read(69).tobytes() == kit.pages(70, 4096, seed=3)[69].tobytes()
    assert opened.extent("directory").tobytes() == kit.pages(1, 9000, seed=3)[0].tobytes()
    assert opened.meta == kit.meta(applied=3)


def test_items_are_gathered_by_number_across_pages(either: Any, kit: Any) -> None:
    stored = kit.fill(either)
    index = np.array([79, 0, 16, 15, 0])
    expected = kit.pages(5, 12288).reshape(-1, 768)[index]
    out = np.empty((5, 768), np.uint8)
    stored.array("rows").gather_items(index, out)
    assert out.tobytes() == expected.tobytes()
    assert stored.array("rows").items(index).tobytes() == expected.tobytes()


def test_a_narrower_room_takes_parts_of_items(either: Any, kit: Any) -> None:
    kit.fill(either)
    stored = kit.change(either, seed=8)
    whole = np.frombuffer(kit.content(stored)["rows"], np.uint8).reshape(-1, 256)
    index, out = np.array([3, 239, 0, 21, 3]), np.empty((5, 256), np.uint8)
    stored.array("rows").gather_items(index, out)
    assert out.tobytes() == whole[index].tobytes()


def test_pages_are_read_in_place_by_their_addresses(either: Any, kit: Any) -> None:
    kit.fill(either)
    stored = kit.change(either, seed=8)
    pages = np.array([69, 0, 1, 33])
    expected = b"".join(stored.array("codes").read(page).tobytes() for page in pages)
    found = stored.array("codes").in_place(
        pages, lambda addresses: b"".join(ctypes.string_at(it, 4096) for it in addresses.tolist())
    )
    assert found == expected


def test_addresses_of_pages_are_those_of_a_file(either: Any, kit: Any) -> None:
    stored = kit.fill(either)
    assert not stored.array("codes").in_place(np.arange(70), lambda addresses: (addresses % 4096).any())


def test_a_draft_reads_its_changed_pages_in_place_and_in_parts(either: Any, kit: Any) -> None:
    kit.fill(either)
    with either.draft(1) as draft:
        array = draft.array("codes")
        array.edit(5)[:] = 7
        part = np.empty((2, 4), np.uint8)
        array.gather_items(np.array([5 * 1024 + 3, 6 * 1024]), part)
        assert part.tobytes() == bytes([7] * 4) + array.read(6)[:4].tobytes()
        read = array.in_place(
            np.array([6, 5]), lambda pages: [ctypes.string_at(it, 4096) for it in pages.tolist()]
        )
        assert read == [array.read(6).tobytes(), bytes([7] * 4096)]


def test_items_are_gathered_from_scattered_pages(either: Any, kit: Any) -> None:
    kit.fill(either)
    stored = kit.change(either, seed=8)
    whole = np.frombuffer(kit.content(stored)["rows"], np.uint8).reshape(-1, 768)
    index = np.array([7, 20, 1, 79])
    assert stored.array("rows").items(index).tobytes() == whole[index].tobytes()
    assert stored.array("rows").items(index[:2]).tobytes() == kit.pages(2, 768, seed=8).tobytes()


def test_a_number_past_the_end_is_an_error(either: Any, kit: Any) -> None:
    stored = kit.fill(either)
    with pytest.raises(IndexError):
        stored.array("rows").items(np.array([80]))
    with pytest.raises(IndexError):
        stored.array("codes").gather(np.array([70]), np.empty((1, 4096), np.uint8))
    with pytest.raises(IndexError):
        stored.array("codes").read(70)


def test_what_a_reader_gets_cannot_be_changed(either: Any, kit: Any) -> None:
    stored = kit.fill(either)
    for found in (stored.array("codes").read(0), stored.extent("hidden"), stored.extent("directory")):
        with pytest.raises(ValueError):
            found[0] = 1


def test_an_older_epoch_stays_as_it_was(either: Any, kit: Any) -> None:
    old = kit.fill(either, seed=1)
    before = kit.content(old)
    new = kit.change(either, seed=2)
    assert kit.content(old) == before
    assert old.sound()
    assert not old.newest()
    assert new.newest()
    assert new.epoch > old.epoch


def test_a_draft_sees_its_own_changes(either: Any, kit: Any) -> None:
    kit.fill(either)
    with either.draft(1) as draft:
        codes = draft.array("codes")
        first = codes.edit(2)
        first[:] = 9
        codes.extend(kit.pages(100, 4096, seed=5))
        codes.extend(kit.pages(1, 4096, seed=6))
        assert codes.edit(2) is first
        out = np.empty((4, 4096), np.uint8)
        codes.gather(np.array([2, 170, 75, 1]), out)
        expected = (first, kit.pages(1, 4096, seed=6)[0], kit.pages(100, 4096, seed=5)[5], kit.pages(70, 4096)[1])
        assert out.tobytes() == b"".join(it.tobytes() for it in expected)
        assert codes.count == 171


def test_an_appended_page_can_be_edited_before_the_commit(either: Any, kit: Any) -> None:
    kit.fill(either)
    with either.draft(1) as draft:
        codes = draft.array("codes")
        codes.extend(kit.pages(100, 4096, seed=5))
        codes.edit(120)[:] = 4
        stored = either.commit(draft, kit.meta())
    assert set(stored.array("codes").read(120).tolist()) == {4}
    assert either.open(1).array("codes").read(121).tobytes() == kit.pages(100, 4096, seed=5)[51].tobytes()


def test_set_items_reaches_readers_with_the_commit(either: Any, kit: Any) -> None:
    before = kit.content(kit.fill(either))
    values = kit.pages(2, 768, seed=7)
    with either.draft(1) as draft:
        draft.array("rows").set_items(np.array([17, 2]), values)
        assert kit.content(either.open(1)) == before
        either.commit(draft, kit.meta())
    assert either.open(1).array("rows").items(np.array([17, 2])).tobytes() == values.tobytes()


def test_dropped_arrays_and_extents_are_gone(either: Any, kit: Any) -> None:
    kit.fill(either)
    with either.draft(1) as draft:
        draft.drop("codes")
        draft.drop("directory")
        stored = either.commit(draft, kit.meta())
    with pytest.raises(Damaged):
        stored.array("codes")
    assert stored.extent("directory").size == 0
    assert stored.extent("hidden").size == 40


def test_an_array_can_be_made_anew(either: Any, kit: Any) -> None:
    kit.fill(either)
    with either.draft(1) as draft:
        draft.create("codes", page_bytes=4096, item_bytes=8).extend(kit.pages(2, 4096, seed=4))
        either.commit(draft, kit.meta())
    opened = either.open(1)
    assert opened.array("codes").count == 2
    assert opened.array("codes").items(np.array([513])).tobytes() == kit.pages(2, 4096, seed=4)[1, 8:16].tobytes()


def test_pages_that_are_no_multiple_of_4_kib(either: Any, kit: Any) -> None:
    with either.draft(1) as draft:
        draft.create("codes", page_bytes=1088, item_bytes=17).extend(kit.pages(70, 1088))
        stored = either.commit(draft, kit.meta())
    assert stored.array("codes").read(69).tobytes() == kit.pages(70, 1088)[69].tobytes()
    assert stored.array("codes").items(np.array([64])).tobytes() == kit.pages(70, 1088)[1, :17].tobytes()


def test_an_array_of_many_chunks_keeps_the_unchanged_ones(either: Any, kit: Any) -> None:
    with either.draft(1) as draft:
        draft.create("codes", page_bytes=64, item_bytes=64).extend(kit.pages(3000, 64))
        either.commit(draft, kit.meta())
    with either.draft(1) as draft:
        draft.array("codes").edit(1500)[:] = 1
        either.commit(draft, kit.meta())
    out = np.empty((3000, 64), np.uint8)
    either.open(1).array("codes").gather(np.arange(3000), out)
    expected = kit.pages(3000, 64)
    expected[1500] = 1
    assert out.tobytes() == expected.tobytes()


def test_an_array_grows_page_by_page_past_what_is_kept_in_the_record(either: Any, kit: Any) -> None:
    pages = kit.pages(300, 64)
    with either.draft(1) as draft:
        draft.create("codes", page_bytes=64, item_bytes=64)
        either.commit(draft, kit.meta())
    for start in range(0, 300, 50):
        with either.draft(1) as draft:
            draft.array("codes").extend(pages[start : start + 50])
            either.commit(draft, kit.meta())
    out = np.empty((300, 64), np.uint8)
    either.open(1).array("codes").gather(np.arange(300), out)
    assert out.tobytes() == pages.tobytes()


def test_disk_bytes_counts_pages_and_extents(either: Any, kit: Any) -> None:
    stored = kit.fill(either)
    assert 70 * 4096 + 5 * 12288 + 9000 <= stored.disk_bytes <= 70 * 4096 + 5 * 12288 + 4 * 4096
