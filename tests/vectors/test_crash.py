"""A save, a purge and an erasure, stopped at every step that changes files."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path

import pytest

from memsvc.errors import StorageFull, StorageReadOnly, Unavailable
from memsvc_stores.vectors import ExactVectorIndex
from memsvc_stores.vectors.files import Files
from tests.vectors.faults import Crash, FaultyFiles, broken_disk, crash
from tests.vectors.oracle import Truth, unit

pytestmark = pytest.mark.fault

NEVER = -1


def opened(directory: Path, files: Files | None = None) -> ExactVectorIndex:
    return ExactVectorIndex(directory, memory_bytes=1 << 20, save_rows=4, files=files)


def save(index: ExactVectorIndex, truth: Truth) -> None:
    index.save(truth.reader(), truth.state())


def scripted(directory: Path, files: Files, vectors) -> Truth:
    """Save, purge and save again, save over a damaged generation, shrink below the limit of files."""
    truth = Truth()
    index = opened(directory, files)
    try:
        first, *others = truth.add(*vectors(12))
        save(index, truth)
        truth.purge(first)
        save(index, truth)
        truth.add(vectors(2))
        next(directory.glob("1/gen-*/rows.i64")).write_bytes(b"damaged")
        index.close()
        save(index, truth)
        for row in others[2:]:
            truth.purge(row)
        save(index, truth)
        truth.add(*vectors(12))
        save(index, truth)
        index.erase(truth.row)
    except Crash:
        pass
    return truth


def steps(vectors, directory: Path) -> int:
    files = FaultyFiles(NEVER, crash)
    scripted(directory, files, vectors)
    return files.steps


@pytest.mark.slow
def test_after_a_crash_at_any_step_results_are_right_and_leftovers_go(tmp_path, vectors, agree):
    count = steps(vectors, tmp_path / "whole")
    assert count > 80
    for at in range(count):
        directory = tmp_path / str(at)
        truth = scripted(directory, FaultyFiles(at, crash), vectors)
        index = opened(directory)
        agree(index, truth, vectors(1)[0])
        names = [path.name.split("-")[0] for path in directory.glob("1/*")]
        assert (at, sorted(set(names) - {"quarantine"})) in ((at, []), (at, ["gen"]))
        assert (at, names.count("gen") <= 1) == (at, True)
        save(index, truth)
        agree(opened(directory), truth, vectors(1)[0])


def test_after_a_crash_at_any_step_of_a_purge_the_next_save_leaves_no_trace(tmp_path, vectors):
    canary = unit(vectors(1) * 3 + 1)[0]

    def purge(directory: Path, files: FaultyFiles) -> Truth:
        truth = Truth()
        row, *_ = truth.add(canary, *vectors(8))
        save(opened(directory), truth)
        truth.purge(row)
        with contextlib.suppress(Crash):
            save(opened(directory, files), truth)
        return truth

    whole = FaultyFiles(NEVER, crash)
    purge(tmp_path / "whole", whole)
    assert not traces(tmp_path / "whole", canary.tobytes())
    assert whole.steps > 15
    for at in range(whole.steps):
        directory = tmp_path / str(at)
        truth = purge(directory, FaultyFiles(at, crash))
        save(opened(directory), truth)
        assert (at, traces(directory, canary.tobytes())) == (at, [])


def test_a_purged_vector_is_overwritten_before_it_is_unlinked(tmp_path, vectors, saved):
    truth = Truth()
    row, *_ = truth.add(*vectors(6))
    save(saved, truth)
    with next(tmp_path.glob("1/gen-*/vectors.f32")).open("rb") as old:
        truth.purge(row)
        save(saved, truth)
        assert set(old.read()) == {0}


def test_a_generation_without_purges_is_unlinked_untouched(tmp_path, vectors, saved):
    truth = Truth()
    truth.add(*vectors(6))
    save(saved, truth)
    with next(tmp_path.glob("1/gen-*/vectors.f32")).open("rb") as old:
        truth.add(vectors(1))
        save(saved, truth)
        assert set(old.read()) != {0}


def test_a_save_of_an_older_reader_does_not_bring_a_purged_note_back(tmp_path, vectors):
    truth = Truth()
    row, *_ = truth.add(*vectors(6))
    before, state = truth.reader(), truth.state()
    older = opened(tmp_path)
    older.search(before, state, vectors(1)[0], k=1, allowed=None)
    canary = before.notes[row].keys.tobytes()
    truth.purge(row)
    save(opened(tmp_path), truth)
    older.save(before, state)
    assert traces(tmp_path, canary) == []


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
        if at != NEVER:
            with pytest.raises(expected):
                save(index, truth)
        agree(index, truth, vectors(1)[0])
        save(index, truth)
        agree(index, truth, vectors(1)[0])
        assert [path.name.split("-")[0] for path in directory.glob("1/*")] == ["gen"]
        return files.steps

    for at in range(failing(tmp_path / "whole", NEVER)):
        failing(tmp_path / str(at), at)


def traces(directory: Path, canary: bytes) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file() and canary in path.read_bytes()]
