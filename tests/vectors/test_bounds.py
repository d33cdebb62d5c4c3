"""Bounds of memory and of work, by account and not by the clock."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors import ExactVectorIndex
from memsvc_stores.vectors.opened import OpenNamespace, blank
from tests.vectors.oracle import DIMENSION, MODEL, Truth

ENTRY_BYTES = DIMENSION * 4 + 10


@pytest.mark.slow
def test_thousands_of_namespaces_in_turn_stay_within_the_budget(tmp_path, vectors, agree):
    budget = 300_000
    index = ExactVectorIndex(tmp_path, memory_bytes=budget, save_rows=30)
    truths = [Truth(row=row) for row in range(1, 2001)]
    matrix = vectors(40)
    query = vectors(1)[0]
    for truth in truths:
        truth.add(*matrix[: 1 + truth.row % 40])
        if truth.row % 40 > 35:
            index.save(truth.reader(), truth.state())
    most = 0
    for truth in truths[::-1] + truths:
        index.search(truth.reader(), truth.state(), query, k=3, allowed=None)
        most = max(most, index.memory_bytes)
    assert budget / 2 < most <= budget
    agree(index, truths[77], query)


def test_the_namespace_in_use_stays_open_though_it_exceeds_the_budget(vectors):
    index = ExactVectorIndex(None, memory_bytes=1)
    truth = Truth()
    truth.add(*vectors(50))
    query = vectors(1)[0]
    expected = index.search(truth.reader(), truth.state(), query, k=3, allowed=None).rows.tolist()
    assert index.search(None, truth.state(), query, k=3, allowed=None).rows.tolist() == expected


def test_the_least_recently_used_namespace_is_closed_first(vectors):
    truths = [Truth(row=row) for row in (1, 2, 3)]
    query = vectors(1)[0]
    for truth in truths:
        truth.add(*vectors(50))
    index = ExactVectorIndex(None, memory_bytes=2 * (50 * ENTRY_BYTES + 4096))
    for truth in (truths[0], truths[1], truths[0], truths[2]):
        index.search(truth.reader(), truth.state(), query, k=3, allowed=None)
    index.search(None, truths[0].state(), query, k=3, allowed=None)
    with pytest.raises(AttributeError):
        index.search(None, truths[1].state(), query, k=3, allowed=None)


def test_a_mapped_base_takes_two_bytes_of_ram_per_key(tmp_path, vectors):
    index = ExactVectorIndex(tmp_path, memory_bytes=1 << 20, save_rows=1)
    truth = Truth()
    truth.add(*vectors(1000))
    index.save(truth.reader(), truth.state())
    stats = index.stats(truth.reader(), truth.state())
    assert (stats.memory_bytes, stats.disk_bytes > 1000 * DIMENSION * 4) == (4096 + 2000, True)


@pytest.mark.parametrize("size", [1_000, 20_000])
def test_growth_by_single_adds_copies_a_constant_number_of_bytes_per_add(vectors, size):
    opened = OpenNamespace()
    opened.start(blank(MODEL))
    truth = Truth()
    matrix = vectors(1)[0]
    for _ in range(size):
        before = truth.state().last_sequence
        truth.add(matrix)
        opened.apply(truth.newest(before))
    assert opened.copied_bytes <= 4 * size * ENTRY_BYTES


def test_a_single_add_past_a_saved_base_copies_as_much_at_any_size(tmp_path, vectors):
    copied = []
    for row, size in enumerate((1_000, 20_000), start=1):
        index = ExactVectorIndex(tmp_path, memory_bytes=1 << 24, save_rows=1)
        truth = Truth(row=row)
        truth.add(*vectors(size))
        index.save(truth.reader(), truth.state())
        held = index.stats(truth.reader(), truth.state()).memory_bytes
        truth.add(vectors(1))
        copied.append(index.stats(truth.reader(), truth.state()).memory_bytes - held)
    assert copied[0] == copied[1]


def test_dead_entries_never_outnumber_the_living_for_long(vectors):
    opened = OpenNamespace()
    opened.start(blank(MODEL))
    truth = Truth()
    truth.add(*vectors(3))
    opened.apply(truth.reader().vector_delta(0))
    for _ in range(600):
        before = truth.state().last_sequence
        truth.rekey(3, vectors(20))
        opened.apply(truth.newest(before))
    assert len(opened.snapshot.tail) < 2_500
    assert np.count_nonzero(opened.snapshot.tail.alive) == 22


def test_small_namespaces_have_no_files(tmp_path, vectors):
    index = ExactVectorIndex(tmp_path, memory_bytes=1 << 20, save_rows=10)
    truth = Truth()
    first, *_ = truth.add(*vectors(10))
    index.save(truth.reader(), truth.state())
    assert [path.parent.name for path in tmp_path.glob("*/gen-*")] == ["1"]
    truth.purge(first)
    index.save(truth.reader(), truth.state())
    assert list(tmp_path.glob("[0-9]*")) == []


def test_a_save_without_changes_writes_nothing(tmp_path, vectors):
    index = ExactVectorIndex(tmp_path, memory_bytes=1 << 20, save_rows=1)
    truth = Truth()
    truth.add(*vectors(10))
    index.save(truth.reader(), truth.state())
    before = sorted(tmp_path.rglob("*"))
    index.save(truth.reader(), truth.state())
    assert sorted(tmp_path.rglob("*")) == before


def test_the_folder_of_an_index_is_for_its_owner_alone(saved, vectors, tmp_path):
    truth = Truth()
    truth.add(*vectors(3))
    saved.save(truth.reader(), truth.state())

    folders = {path.parent for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path}
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
