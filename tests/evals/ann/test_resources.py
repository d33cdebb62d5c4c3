from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from memsvc_evals.ann.resources import PeakAnon, evict, held

MIB = 1 << 20


def test_peak_has_what_was_held_in_between() -> None:
    before = held().anon
    with PeakAnon() as peak:
        block = np.ones(64 * MIB, np.uint8)
    assert peak.bytes - before >= 60 * MIB
    del block


def test_freed_memory_is_not_held() -> None:
    before = held().anon
    many = [np.ones(1000, np.uint8) for _ in range(20_000)]
    kept = many[-1]
    del many
    assert held().anon - before < 10 * MIB
    assert kept.sum() == 1000


def test_eviction_loses_no_unsaved_change_of_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"a" * mmap.PAGESIZE)
    with path.open("r+b") as file:
        private = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        shared = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_WRITE)
    private[0:1], shared[1:2] = b"p", b"s"
    evict(tmp_path)
    assert private[0:1] == b"p"
    assert shared[0:2] == b"as"
    private.close()
    shared.close()
