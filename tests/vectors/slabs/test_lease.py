"""One writer at a time, and what becomes of one that was too slow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import StorageBusy
from memsvc_stores.vectors.slabs.store import Store


class Clock:
    """Says the time that the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pair(directory: Path, clock: Clock, kit: Any) -> Iterator[tuple[Store, Store]]:
    stores = Store(directory, clock=clock, lease_seconds=60), Store(directory, clock=clock, lease_seconds=60)
    kit.fill(stores[0], seed=1)
    yield stores
    for store in stores:
        store.close()


def test_a_second_writer_is_told_when_to_try_again(pair: tuple[Store, Store], clock: Clock) -> None:
    with pair[0].draft(1):
        clock.now += 20
        with pytest.raises(StorageBusy, match=r"another writer .* ends in 40 s") as caught, pair[1].draft(1):
            pass
    assert caught.value.retry_after == 40


def test_a_second_writer_in_the_same_store_is_refused_too(pair: tuple[Store, Store]) -> None:
    with pair[0].draft(1), pytest.raises(StorageBusy), pair[0].draft(1):
        pass


def test_namespaces_have_writers_of_their_own(pair: tuple[Store, Store], kit: Any) -> None:
    with pair[0].draft(1) as draft:
        kit.fill(pair[1], 2, seed=4)
        pair[0].commit(draft, kit.meta(applied=9))
    assert [pair[0].open(row).meta.applied for row in (1, 2)] == [9, 4]


def test_the_lease_ends_with_the_draft(pair: tuple[Store, Store], kit: Any) -> None:
    with pair[0].draft(1):
        pass
    kit.change(pair[1], seed=2)
    kit.change(pair[0], seed=3)
    assert pair[1].open(1).meta.applied == 3


def test_who_overslept_commits_nothing(pair: tuple[Store, Store], clock: Clock, kit: Any, directory: Path) -> None:
    with pair[0].draft(1) as slow:
        slow.array("codes").extend(kit.pages(80, 4096, seed=7))
        clock.now += 61
        kit.change(pair[1], seed=2)
        with pytest.raises(StorageBusy, match="nothing of this change was kept"):
            pair[0].commit(slow, kit.meta(applied=99))
    assert pair[0].open(1).meta.applied == 2
    assert pair[0].check(1) == []
    assert kit.inspect(directory) == []


def test_pages_of_a_living_writer_are_never_collected(
    pair: tuple[Store, Store], clock: Clock, kit: Any, directory: Path
) -> None:
    with pair[0].draft(1) as draft:
        draft.array("codes").extend(kit.pages(80, 4096, seed=7))
        clock.now += 1_000
        assert pair[1].collect_orphans() == 0
        kit.fill(pair[1], 2, seed=5, codes=100)
        pair[0].commit(draft, kit.meta(applied=3))
    assert pair[0].check(1) == []
    assert pair[0].check(2) == []
    assert kit.inspect(directory) == []


def test_writing_keeps_the_lease(pair: tuple[Store, Store], clock: Clock, kit: Any) -> None:
    with pair[0].draft(1) as draft:
        for _ in range(4):
            clock.now += 40
            draft.array("codes").extend(kit.pages(64, 4096))
        with pytest.raises(StorageBusy), pair[1].draft(1):
            pass
        pair[0].commit(draft, kit.meta(applied=3))
    assert pair[1].open(1).array("codes").count == 70 + 4 * 64


def test_a_lease_from_a_clock_that_was_set_back_does_not_bind(
    pair: tuple[Store, Store], clock: Clock, kit: Any
) -> None:
    with pair[0].draft(1) as draft:
        clock.now -= 10_000
        kit.change(pair[1], seed=2)
        with pytest.raises(StorageBusy):
            pair[0].commit(draft, kit.meta(applied=99))
    assert pair[0].open(1).meta.applied == 2


def test_a_dead_writers_lease_binds_nobody(directory: Path, files: Any, kit: Any) -> None:
    def crash() -> None:
        raise kit.Crash

    dead = Store(directory, files)
    kit.fill(dead, seed=1)
    files.arm(2, crash)
    with pytest.raises(kit.Crash):
        kit.change(dead, seed=2)
    # The lease was taken, room for the pages was not.
    assert files.steps == ["commit", "commit"]
    files.disarm()
    dead.close()
    heir = Store(directory)
    assert kit.change(heir, seed=2).epoch == 2
    heir.close()


def test_erasing_wins_over_a_writer(pair: tuple[Store, Store], kit: Any, directory: Path) -> None:
    with pair[0].draft(1) as draft:
        draft.array("codes").extend(kit.pages(80, 4096))
        pair[1].erase(1)
        with pytest.raises(StorageBusy):
            pair[0].commit(draft, kit.meta(applied=3))
    assert pair[0].open(1) is None
    assert kit.inspect(directory) == []
    assert {it.free + 1 == it.pages for it in pair[0].usage().slabs.values()} == {True}
