"""What a purge leaves of a vector in index files: nothing, whoever saved what before."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from memsvc.errors import StorageBusy
from memsvc.ports.embedding import Matrix, Model
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.slabs import reclaim
from memsvc_stores.vectors.slabs.files import Files
from memsvc_stores.vectors.slabs.parts import Parts
from memsvc_stores.vectors.slabs.store import Store
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.faults import Crash, FaultyFiles, crash
from tests.vectors.oracle import Truth, unit

MODEL = Model("fake-384", 384, 256)
NOTES = 600
NEVER = -1

Open = Callable[..., TieredVectorIndex]


@pytest.fixture(params=["flat", "paged"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    flat_keys = 1 << 20 if request.param == "flat" else 128

    def open_index(files: Files | None = None, *, at: Path = tmp_path) -> TieredVectorIndex:
        return TieredVectorIndex(at, memory_bytes=1 << 22, exact_keys=16, flat_keys=flat_keys, files=files)

    return open_index


@pytest.fixture
def many() -> Callable[[int], Matrix]:
    generator = np.random.default_rng(11)
    return lambda count: unit(generator.standard_normal((count, MODEL.dimension)))


@pytest.fixture
def canary(many: Callable[[int], Matrix]) -> Matrix:
    return many(1)[0]


@pytest.fixture
def filled(canary: Matrix, many: Callable[[int], Matrix]) -> tuple[Truth, int]:
    """A namespace of 600 notes, and the row of the one with the canary."""
    truth = Truth(model=MODEL)
    rows = truth.add(*many(NOTES // 2), canary, *many(NOTES // 2 - 1))
    return truth, rows[NOTES // 2]


def save(index: TieredVectorIndex, truth: Truth) -> None:
    index.save(truth.reader(), truth.state())


def purge(index: TieredVectorIndex, truth: Truth) -> None:
    index.purge(truth.reader(), truth.state())


def traces(directory: Path, canary: Matrix) -> list[str]:
    """Name the files with the vector's bytes anywhere in them, and "code" for each slot with its code."""
    row = canary.astype("<f2").tobytes()
    found = [path.name for path in directory.rglob("*") if path.is_file() and row in path.read_bytes()]
    codec = Codec.of(MODEL.dimension)
    code = codec.encode(codec.rotate(canary[None]))[0]
    for slab in directory.glob(f"pages-{codec.page_bytes}.slab"):
        codes = unpack(np.fromfile(slab, np.uint8).reshape(-1, codec.page_bytes))
        found += ["code"] * int((codes == code).all(axis=1).sum())
    return found


def test_vector_and_code_are_in_the_files_before(tmp_path, opened, filled, canary):
    truth, _ = filled
    save(opened(), truth)
    assert {"code", "pages-12288.slab"} <= set(traces(tmp_path, canary))


def test_a_purge_leaves_no_trace_and_keeps_the_index(tmp_path, opened, filled, canary):
    truth, row = filled
    save(opened(), truth)
    truth.purge(row)
    purge(opened(), truth)
    stored = Store(tmp_path).open(truth.row)
    assert traces(tmp_path, canary) == []
    assert (stored.meta.applied, stored.meta.living) == (truth.state().last_sequence, NOTES - 1)


def test_a_purge_takes_changes_along_that_were_not_saved(tmp_path, opened, filled, canary, many):
    truth, row = filled
    index = opened()
    save(index, truth)
    truth.add(*many(100))
    truth.show(truth.rows[-1], visible=False)
    index.search(truth.reader(), truth.state(), many(1)[0], k=1, allowed=None)
    truth.purge(row)
    purge(opened(), truth)
    assert traces(tmp_path, canary) == []
    assert opened().verify(truth.reader(), truth.state()) == []


def test_a_purge_where_nothing_is_stored_stores_nothing(tmp_path, opened, filled, canary):
    truth, row = filled
    truth.purge(row)
    purge(opened(), truth)
    assert Store(tmp_path).open(truth.row) is None


def test_what_an_older_reader_has_rebuilt_since_goes(tmp_path, opened, filled, canary):
    truth, row = filled
    older, reader, state = opened(), truth.reader(), truth.state()
    older.save(reader, state)
    truth.purge(row)
    purge(opened(), truth)
    older.rebuild(reader, state)
    assert traces(tmp_path, canary)
    purge(opened(), truth)
    assert traces(tmp_path, canary) == []


def test_what_an_older_reader_still_reads_goes(tmp_path, opened, filled, canary):
    truth, row = filled
    older, reader, state = opened(), truth.reader(), truth.state()
    older.save(reader, state)
    before = older.search(reader, state, canary, k=1, allowed=None)
    truth.purge(row)
    purge(opened(), truth)
    assert traces(tmp_path, canary) == []
    older.save(reader, state)
    assert traces(tmp_path, canary) == []
    assert older.search(reader, state, canary, k=1, allowed=None).rows.tolist() == before.rows.tolist() == [row]


def test_an_index_of_a_history_that_was_undone_goes(tmp_path, opened, filled, canary, many):
    truth, row = filled
    restored = Truth(model=MODEL)
    restored.add(canary, *many(NOTES))
    truth.show(row, visible=False)
    truth.show(row, visible=True)
    save(opened(), truth)
    restored.purge(restored.rows[0])
    purge(opened(), restored)
    assert traces(tmp_path, canary) == []


def test_what_cannot_be_read_goes(tmp_path, opened, filled, canary):
    truth, row = filled
    save(opened(), truth)
    slab = tmp_path / "pages-4096.slab"
    body = np.fromfile(slab, np.uint8)
    body[3 * 4096 + 5 :: 4096] ^= 1
    body.tofile(slab)
    truth.purge(row)
    purge(opened(), truth)
    assert traces(tmp_path, canary) == []


def test_a_purge_is_not_done_while_another_process_still_overwrites(tmp_path, opened, filled, canary, monkeypatch):
    """Another has saved after the purge, and has not overwritten yet what it took to overwrite."""
    monkeypatch.setattr("memsvc_stores.vectors.saving._PATIENCE_SECONDS", 0.0)
    truth, row = filled
    save(opened(), truth)
    truth.purge(row)
    seen: list[list[str]] = []

    def meanwhile(parts: Parts, owner: str) -> int:
        with parts.catalog.reading() as connection:
            if reclaim.pending(connection, owner) and not seen:
                seen.append(traces(tmp_path, canary))
                with pytest.raises(StorageBusy):
                    purge(opened(), truth)
        return give_back(parts, owner)

    give_back = reclaim.give_back
    monkeypatch.setattr(reclaim, "give_back", meanwhile)
    save(opened(), truth)
    assert seen
    assert seen[0]
    purge(opened(), truth)
    assert traces(tmp_path, canary) == []


@pytest.mark.parametrize("left", [NOTES, 5], ids=["saved", "too-small-for-files"])
@pytest.mark.fault
@pytest.mark.slow
def test_after_a_crash_at_any_step_of_a_purge_the_next_leaves_no_trace(tmp_path, opened, many, canary, left):
    def purged(directory: Path, files: Files) -> Truth:
        truth = Truth(model=MODEL)
        row, *others = truth.add(canary, *many(150))
        save(opened(at=directory), truth)
        for gone in (row, *others[left:]):
            truth.purge(gone)
        index = opened(files, at=directory)
        with contextlib.suppress(Crash):
            purge(index, truth)
        files._disarm()
        index.close()
        return truth

    whole = FaultyFiles(NEVER, crash)
    purged(tmp_path / "whole", whole)
    assert traces(tmp_path / "whole", canary) == []
    assert whole.steps > 8
    for at in range(whole.steps):
        directory = tmp_path / str(at)
        truth = purged(directory, FaultyFiles(at, crash, for_good=True))
        purge(opened(at=directory), truth)
        assert (at, traces(directory, canary)) == (at, [])
