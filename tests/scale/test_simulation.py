"""The simulation of large layouts, on made-up parts whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc_stores.vectors.layout import row_bytes
from tools.scale.forms import CLASSIC, DIMENSION, FLAT, FORMS, PAGED, ROW, Form
from tools.scale.parts import SCANNED, Parts
from tools.scale.simulation import Device, Layout, simulate

FLAT_PART = np.full(10, 1e-5)
PARTS = Parts(FLAT_PART, FLAT_PART, FLAT_PART, FLAT_PART, FLAT_PART, np.linspace(5e-5, 9e-5, 10))
DISK = Device("disk", 10_000, 1e12, None)


def median(form: Form, layout: Layout, *, notes: float = SCANNED, load: float = 0.0, share: float = 0.5) -> float:
    rng = np.random.default_rng(1)
    took = simulate(form, PARTS, DISK, layout, notes_searched=notes, load=load, queries=500, rng=rng)
    return float(np.quantile(took, share))


def one(hit: float = 0.0) -> Layout:
    return Layout(1e9, 16, every_shard=False, hit=hit)


def test_rows_are_as_long_as_the_index_has_them() -> None:
    assert row_bytes(DIMENSION) == ROW


def test_without_misses_a_flat_query_is_its_rotation_scan_and_scores() -> None:
    assert median(FLAT, one(hit=1.0)) == pytest.approx(3e-5)


def test_a_scan_grows_with_the_notes() -> None:
    assert median(FLAT, one(hit=1.0), notes=11 * SCANNED) == pytest.approx(13e-5)


@pytest.mark.parametrize("form", FORMS)
def test_reads_take_their_share_of_the_disk(form: Form) -> None:
    latency = len(form.query.rounds) * 7e-5
    expected = median(form, one(hit=1.0)) + form.reads() / DISK.iops + latency
    assert median(form, one()) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("form", [PAGED, CLASSIC])
def test_a_busy_disk_makes_queries_wait(form: Form) -> None:
    assert median(form, one(), load=0.5, share=0.99) > 2 * median(form, one(), share=0.99)


def test_a_query_over_all_shards_waits_for_the_slowest() -> None:
    every = Layout(1e9, 16, every_shard=True, hit=0.0)
    assert median(PAGED, every) > median(PAGED, one())


def test_many_heads_are_searched_through_their_own() -> None:
    assert median(PAGED, one(hit=1.0), notes=1e8) < 1e-3
