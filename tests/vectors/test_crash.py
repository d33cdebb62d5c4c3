"""A save, a purge and an erasure, stopped at every step that changes files."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path

import pytest

from memsvc.errors import StorageFull, StorageReadOnly, Unavailable
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.faults import Crash, FaultyFiles, broken_disk, crash
from tests.vectors.oracle import Truth, unit

pytestmark = pytest.mark.fault

NEVER = -1


def opened(directory: Path, files: Files | None = None) -> TieredVectorIndex:
    return TieredVectorIndex(
        directory, memory_bytes=1 << 20, exact_keys=4, reranked=1 << 20, files=files or Files()
    )


def save(index: TieredVectorIndex, truth: Truth) -> None:
    index.save(truth.reader(), truth.state())


def scripted(directory: Path, files: FaultyFiles, vectors) -> Truth:
    """Save, purge and save again, shrink below the limit of what is stored, grow again, erase."""
    truth = Truth()
    index = opened(directory, files)
    try:
        first, *others = truth.add(*vectors(12))
        save(index, truth)
        truth.purge(first)
        save(index, truth)
        for row in others[2:]:
            truth.purge(row)
        save(index, truth)
        truth.add(*vectors(12))
        save(index, truth)
        index.erase(truth.row)
    except Crash:
        pass
    end(index, files)
    return truth


def end(index: TieredVectorIndex, files: FaultyFiles) -> None:
    """Let go of what the system takes from a process that dies."""
    files._disarm()
    index.close()


@pytest.mark.slow
def test_after_a_crash_at_any_step_results_are_right(tmp_path, vectors, agree):
    whole = FaultyFiles(NEVER, crash)
    scripted(tmp_path / "whole", whole, vectors)
    assert whole.steps > 40
    for at in range(whole.steps):
        directory = tmp_path / str(at)
        truth = scripted(directory, FaultyFiles(at, crash, for_good=True), vectors)
        index = opened(directory)
        agree(index, truth, vectors(1)[0])
        save(index, truth)
        agree(opened(directory), truth, vectors(1)[0])


@pytest.mark.slow
def test_after_a_crash_at_any_step_of_a_purge_the_next_save_leaves_no_trace(tmp_path, vectors):
    canary = unit(vectors(1) * 3 + 1)[0]
    trace = canary.astype("<f2").tobytes()

    def purge(directory: Path, files: FaultyFiles) -> Truth:
        truth = Truth()
        row, *_ = truth.add(canary, *vectors(8))
        save(opened(directory), truth)
        assert traces(directory, trace)
        truth.purge(row)
        index = opened(directory, files)
        with contextlib.suppress(Crash):
            save(index, truth)
        end(index, files)
        return truth

    whole = FaultyFiles(NEVER, crash)
    purge(tmp_path / "whole", whole)
    assert not traces(tmp_path / "whole", trace)
    assert whole.steps > 8
    for at in range(whole.steps):
        directory = tmp_path / str(at)
        truth = purge(directory, FaultyFiles(at, crash, for_good=True))
        save(opened(directory), truth)
        assert (at, traces(directory, trace)) == (at, [])


def test_erasing_leaves_no_trace(tmp_path, vectors, saved):
    truth = Truth()
    truth.add(*vectors(6))
    save(saved, truth)
    trace = truth.reader().notes[1].keys[0].astype("<f2").tobytes()
    assert traces(tmp_path, trace)
    saved.erase(truth.row)
    assert traces(tmp_path, trace) == []


def test_a_save_of_an_older_reader_does_not_bring_a_purged_note_back(tmp_path, vectors):
    truth = Truth()
    row, *_ = truth.add(*vectors(6))
    before, state = truth.reader(), truth.state()
    older = opened(tmp_path)
    older.search(before, state, vectors(1)[0], k=1, allowed=None)
    canary = before.notes[row].keys.astype("<f2").tobytes()
    truth.purge(row)
    save(opened(tmp_path), truth)
    older.save(before, state)
    assert traces(tmp_path, canary) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EROFS, StorageReadOnly),
        (errno.EIO, Unavailable),
    ],
)
def test_a_disk_that_fails_at_any_step_costs_no_result(tmp_path, vectors, agree, code, expected):
    def failing(directory: Path, at: int) -> int:
        truth = Truth()
        truth.add(*vectors(6))
        save(opened(directory), truth)
        truth.add(*vectors(6))
        files = FaultyFiles(at, lambda: broken_disk(code))
        index = opened(directory, files)
        with contextlib.suppress(expected):
            save(index, truth)
        steps = files.steps
        files._disarm()
        agree(index, truth, vectors(1)[0])
        save(index, truth)
        agree(index, truth, vectors(1)[0])
        assert opened(directory).verify(truth.reader(), truth.state()) == []
        return steps

    for at in range(failing(tmp_path / "whole", NEVER)):
        failing(tmp_path / str(at), at)


def traces(directory: Path, canary: bytes) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file() and canary in path.read_bytes()]
