"""Threads and processes on one namespace."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.forms import listed
from tests.vectors.oracle import Truth

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_threads_search_while_changes_and_saves_go_on(tmp_path, vectors):
    index = TieredVectorIndex(tmp_path, memory_bytes=0, exact_keys=0, reranked=1 << 20)
    truth = Truth()
    truth.add(*vectors(20))
    versions = [(truth.reader(), truth.state())]
    queries = vectors(16)
    done = threading.Event()

    def search(number: int) -> int:
        turns = 0
        while not done.is_set() or not turns:
            query = queries[(number + turns) % len(queries)]
            start = len(versions) - 1
            found = listed(index.search(*versions[start], query, k=5, allowed=None))
            allowed = [listed(reader.best(query, k=5, allowed=None)) for reader, _ in versions[start:]]
            assert found in allowed
            turns += 1
        return turns

    with ThreadPoolExecutor(4) as pool:
        searching = [pool.submit(search, number) for number in range(3)]
        try:
            for turn, row in enumerate(list(truth.rows)):
                truth.purge(row) if turn % 3 else truth.rekey(row, vectors(3))
                truth.add(vectors(1))
                versions.append((truth.reader(), truth.state()))
                index.save(*versions[-1])
        finally:
            done.set()
        assert min(future.result() for future in searching) >= 1


@pytest.mark.slow
def test_two_processes_write_and_search_one_namespace(tmp_path):
    command = [sys.executable, "-m", "tests.vectors.writer", str(tmp_path)]
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'stores'}", "OMP_NUM_THREADS": "1"}
    running = [
        subprocess.Popen([*command, seed], cwd=ROOT, env=path, stderr=subprocess.PIPE, text=True)
        for seed in ("1", "2")
    ]
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert ends == [("", 0), ("", 0)]


def test_a_process_adopts_what_another_has_stored(tmp_path, vectors, agree):
    truth = Truth()
    truth.add(*vectors(300))
    reading, writing = (
        TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=0, reranked=1 << 20) for _ in range(2)
    )
    agree(reading, truth, vectors(1)[0])
    unsaved = reading.memory_bytes
    reading.save(truth.reader(), truth.state())
    truth.add(vectors(1))
    agree(reading, truth, vectors(1)[0])
    writing.save(truth.reader(), truth.state())
    agree(reading, truth, vectors(1)[0])
    assert reading.memory_bytes < unsaved / 2


def test_an_old_reader_does_not_keep_a_reopened_namespace_in_ram(tmp_path, vectors, agree):
    truth = Truth()
    truth.add(*vectors(300))
    before, state = truth.reader(), truth.state()
    truth.add(vectors(1))
    writing, reading = (
        TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=0, reranked=1 << 20) for _ in range(2)
    )
    writing.save(truth.reader(), truth.state())
    query = vectors(1)[0]
    found = reading.search(before, state, query, k=5, allowed=None)
    assert listed(found) == listed(before.best(query, k=5, allowed=None))
    assert reading.memory_bytes == 0
