"""A note that is among the best for many unrelated queries is a hub."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.guard.findings import NOTHING_FOUND
from memsvc.guard.hubness import HubScale, Sentinels, hubness
from memsvc.ports.embedding import Matrix


def units(count: int, *, seed: int, dimension: int = 32) -> Matrix:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension))
    scaled: Matrix = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


@pytest.fixture
def cleared() -> Matrix:
    return units(80, seed=1)


@pytest.fixture
def sentinels(cleared: Matrix) -> Sentinels:
    sentinels = Sentinels.of(units(60, seed=2), depth=3)
    for note in cleared:
        sentinels = sentinels.with_cleared(note[None])
    return sentinels


def test_the_best_of_each_sentinel_are_kept(cleared: Matrix, sentinels: Sentinels) -> None:
    expected = np.sort(sentinels.vectors @ cleared.T, axis=1)[:, -3:]

    assert np.allclose(sentinels.best, expected, atol=1e-6)


def test_a_note_with_several_keys_takes_one_place(sentinels: Sentinels) -> None:
    twice = np.concatenate([sentinels.vectors[:1], sentinels.vectors[:1]])

    assert np.count_nonzero(sentinels.with_cleared(twice).best[0] > 0.999) == 1


def test_cleared_notes_hold_all_places_among_them(cleared: Matrix, sentinels: Sentinels) -> None:
    assert sum(sentinels.held(note[None]) for note in cleared) == 60 * 3


def test_a_hub_stands_out(cleared: Matrix, sentinels: Sentinels) -> None:
    scale = HubScale.of(np.array([sentinels.held(note[None]) for note in cleared]))
    centre = sentinels.vectors.sum(axis=0)
    hub = (centre / np.linalg.norm(centre))[None].astype(np.float32)
    ordinary = [hubness(note[None], sentinels, scale).score for note in units(40, seed=3)]

    assert hubness(hub, sentinels, scale).score > max(ordinary)


def test_a_note_that_no_sentinel_meets_is_no_finding(cleared: Matrix) -> None:
    query = units(1, seed=2)
    sentinels = Sentinels.of(query, depth=1).with_cleared(cleared)

    assert hubness(-query, sentinels, HubScale(0.0, 1.0)) is NOTHING_FOUND


@pytest.mark.parametrize(
    ("counts", "scale"),
    [
        ([], HubScale(0.0, 1.0)),
        ([0, 0, 0, 0], HubScale(0.0, 1.0)),
        ([0, 0, 0, 36], HubScale(0.0, 3.0)),
        ([10, 10, 20, 30, 30], HubScale(20.0, 14.826)),
    ],
    ids=["none", "nothing held", "by chance", "spread"],
)
def test_the_scale_has_a_floor(counts: list[int], scale: HubScale) -> None:
    found = HubScale.of(np.array(counts, dtype=np.int64))

    assert (found.median, found.spread) == pytest.approx((scale.median, scale.spread))
