"""Bounds of memory and of work, by account and not by the clock."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.opened import OpenNamespace
from memsvc_stores.vectors.snapshot import blank
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.vectors.oracle import DIMENSION, MODEL, Truth

ENTRY_BYTES = DIMENSION * 4 + 26


@pytest.mark.slow
def test_thousands_of_namespaces_in_turn_stay_within_the_budget(tmp_path, vectors, agree):
    budget = 300_000
    index = TieredVectorIndex(tmp_path, memory_bytes=budget, exact_keys=30)
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
    index = TieredVectorIndex(None, memory_bytes=1)
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
    index = TieredVectorIndex(None, memory_bytes=2 * (50 * ENTRY_BYTES + 4096))
    for truth in (truths[0], truths[1], truths[0], truths[2]):
        index.search(truth.reader(), truth.state(), query, k=3, allowed=None)
    index.search(None, truths[0].state(), query, k=3, allowed=None)
    with pytest.raises(AttributeError):
        index.search(None, truths[1].state(), query, k=3, allowed=None)


def test_a_flat_base_takes_its_codes_notes_two_bits_a_row_and_the_tables_of_its_pages(tmp_path, vectors):
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=0)
    truth = Truth()
    truth.add(*vectors(1024))
    index.save(truth.reader(), truth.state())
    stats = index.stats(truth.reader(), truth.state())
    codes = 1024 * Codec.of(DIMENSION).code_bytes
    tables = 9 * (stats.disk_bytes // PAGE)
    assert (stats.form, stats.memory_bytes) == ("flat", 4096 + codes + 4 * 1024 + 2 * 1024 // 8 + tables)
    assert stats.disk_bytes > 1024 * DIMENSION * 2


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
        index = TieredVectorIndex(tmp_path, memory_bytes=1 << 24, exact_keys=0)
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


def test_small_namespaces_are_not_stored(tmp_path, vectors):
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=12)
    truth = Truth()
    rows = truth.add(*vectors(12))
    forms = []
    for change in (
        lambda: None,
        lambda: truth.add(vectors(1)),
        lambda: purge(truth, rows[:3]),
        lambda: purge(truth, rows[3:4]),
    ):
        change()
        index.save(truth.reader(), truth.state())
        forms.append(index.stats(truth.reader(), truth.state()).form)
    assert forms == ["exact", "flat", "flat", "exact"]


def test_a_namespace_is_paged_above_its_limit_and_flat_again_well_below(tmp_path, vectors, agree):
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=4, flat_keys=128, reranked=1 << 20)
    truth = Truth()
    rows = truth.add(*vectors(127))
    query, forms = vectors(1)[0], []
    for change in (
        lambda: None,
        lambda: truth.add(vectors(1)[0]),
        lambda: truth.add(vectors(1)[0]),
        lambda: purge(truth, rows[:32]),
        lambda: purge(truth, rows[32:40]),
    ):
        change()
        index.save(truth.reader(), truth.state())
        forms.append(index.stats(truth.reader(), truth.state()).form)
        agree(index, truth, query)
    assert forms == ["flat", "flat", "paged", "paged", "flat"]


def test_an_unsaved_tail_that_is_too_long_is_stored_by_a_search(tmp_path, vectors, agree):
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 22, exact_keys=512, reranked=1 << 20)
    truth = Truth()
    truth.add(*vectors(40_000))
    agree(index, truth, vectors(1)[0])
    stats = index.stats(truth.reader(), truth.state())
    assert (stats.form, stats.memory_bytes < 1 << 20) == ("flat", True)


def test_a_save_without_changes_commits_nothing(tmp_path, vectors):
    index = TieredVectorIndex(tmp_path, memory_bytes=1 << 20, exact_keys=0)
    truth = Truth()
    truth.add(*vectors(10))
    index.save(truth.reader(), truth.state())
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.slab")}
    index.save(truth.reader(), truth.state())
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.slab")} == files


def test_the_folder_of_an_index_is_for_its_owner_alone(saved, vectors, tmp_path):
    truth = Truth()
    truth.add(*vectors(3))
    saved.save(truth.reader(), truth.state())
    modes = {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*")}
    assert modes == {0}


def purge(truth: Truth, rows: list[int]) -> None:
    for row in rows:
        truth.purge(row)
