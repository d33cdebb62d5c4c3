"""A crash before or after every step of every operation, and a disk that fails at every step."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc.errors import StorageFull, StorageReadOnly, Unavailable
from memsvc_stores.vectors.slabs.store import Store

pytestmark = [pytest.mark.fault, pytest.mark.slow]

Operation = Callable[[Any, Store], object]
OPERATIONS: dict[str, Operation] = {
    "fill": lambda kit, store: kit.fill(store, 2, seed=9),
    "change": lambda kit, store: kit.change(store, seed=9),
    "anew": lambda kit, store: kit.fill(store, seed=9, codes=3),
    "recycle": lambda kit, store: store.recycle(1, everything=True),
    "erase": lambda kit, store: store.erase(1),
    "set_aside": lambda kit, store: store.set_aside(1, 2),
    "reset": lambda kit, store: store.reset(),
}


def _prepare(kit: Any, store: Store) -> None:
    kit.fill(store, seed=1)
    kit.change(store, seed=2)


def _steps(kit: Any, tmp_path: Path, operation: Operation, files_type: type) -> int:
    files = files_type()
    store = Store(tmp_path / "counted", files)
    _prepare(kit, store)
    files.disarm()
    operation(kit, store)
    count = len(files.steps)
    store.close()
    return count


def _contents(kit: Any, store: Store) -> dict[int, dict[str, bytes]]:
    return {row: kit.content(store.open(row)) for row in store.namespaces()}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_leaves_the_old_or_the_new_epoch_whole(
    name: str, after: bool, tmp_path: Path, files: Any, kit: Any
) -> None:
    operation = OPERATIONS[name]
    steps = _steps(kit, tmp_path, operation, type(files))
    calm = Store(tmp_path / "counted")
    new = _contents(kit, calm)
    calm.close()

    def crash() -> None:
        raise kit.Crash

    for at in range(1, steps + 1):
        directory = tmp_path / f"crashed-{at}"
        store = Store(directory, files)
        files.disarm()
        _prepare(kit, store)
        old = _contents(kit, store)
        files.arm(at, crash, after=after)
        with pytest.raises(kit.Crash):
            operation(kit, store)
        files.disarm()
        store.close()
        with_survivors = Store(directory)
        assert _contents(kit, with_survivors) in (old, new)
        with_survivors.collect_orphans()
        assert kit.inspect(directory) == []
        assert [with_survivors.check(row) for row in with_survivors.namespaces()] == [
            [] for _ in with_survivors.namespaces()
        ]
        kit.fill(with_survivors, 1, seed=5)
        for row in (1, 2):
            with_survivors.erase(row)
        assert kit.inspect(directory) == []
        with_survivors.close()


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("once", [True, False], ids=["once", "for-good"])
@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly), (errno.EIO, Unavailable)],
    ids=["full", "read-only", "broken"],
)
def test_a_failing_disk_gives_a_clear_error_and_loses_nothing(
    name: str, once: bool, number: int, expected: type[Exception], tmp_path: Path, files: Any, kit: Any
) -> None:
    operation = OPERATIONS[name]
    steps = _steps(kit, tmp_path, operation, type(files))

    def fail() -> None:
        raise OSError(number, "injected")

    failed_quietly: list[str] = []
    for at in range(1, steps + 1, 1 if once else 3):
        directory = tmp_path / f"failed-{at}"
        files.disarm()
        store = Store(directory, files)
        _prepare(kit, store)
        old = _contents(kit, store)
        files.arm(at, fail, once=once)
        try:
            operation(kit, store)
        except expected:
            assert name in ("erase", "set_aside", "reset") or _contents(kit, store) == old
        else:
            failed_quietly.append(files.steps[at - 1])
        files.disarm()
        operation(kit, store)
        store.collect_orphans()
        assert kit.inspect(directory) == []
        store.close()
    # Telling readers of the newest epoch may fail without harm.
    assert set(failed_quietly) <= {"write"}
    assert len(failed_quietly) <= 2


def test_a_first_opening_that_crashes_can_be_done_again(directory: Path, files: Any, kit: Any) -> None:
    def crash() -> None:
        raise kit.Crash

    Store(directory, files).usage()
    steps = len(files.steps)
    assert steps > 3
    for at in range(1, steps + 1):
        place = directory.with_name(f"first-{at}")
        files.arm(at, crash)
        with pytest.raises(kit.Crash):
            Store(place, files).usage()
        files.disarm()
        again = Store(place)
        kit.fill(again)
        assert kit.inspect(place) == []
        again.close()
