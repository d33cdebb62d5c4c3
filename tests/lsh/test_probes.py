"""Which codes are looked into, best first."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.errors import InvalidInput
from memsvc.ports.hashing import LshParameters
from memsvc_stores.lsh import CrossPolytope
from memsvc_stores.lsh.probing import best_codes
from tests.lsh.epochs import epoch_of, random_epoch

HASHING = CrossPolytope()


def test_groups_are_probed_by_descending_entry() -> None:
    probes = HASHING.probes(epoch_of(np.eye(2)), np.array([3.0, 1.0]), count=4)

    assert probes.tolist() == [[0, 1, 3, 2]]


def test_of_equal_entries_the_first_group_goes_first() -> None:
    probes = HASHING.probes(epoch_of(np.eye(2)), np.array([1.0, 1.0]), count=4)

    assert probes.tolist() == [[0, 1, 2, 3]]


@given(seed=st.integers(0, 2**32 - 1), hashes=st.integers(1, 3))
def test_the_first_probe_is_the_code(seed: int, hashes: int) -> None:
    epoch = random_epoch(LshParameters(16, 8, hashes, tables=3))
    vector = np.random.default_rng(seed).standard_normal(16)

    assert (HASHING.probes(epoch, vector, count=5)[:, 0] == HASHING.codes(epoch, vector[None])[0]).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_several_hashes_are_probed_by_their_common_distance(seed: int) -> None:
    entries = np.random.default_rng(seed).standard_normal((2, 4))
    lost = (entries.max(axis=1, keepdims=True) - entries) ** 2
    costs = {4 * a + b: lost[0, a] + lost[1, b] for a, b in itertools.product(range(4), repeat=2)}

    assert best_codes(entries, count=16).tolist() == sorted(costs, key=lambda code: costs[code])


@pytest.mark.parametrize("hashes", [1, 2])
def test_more_probes_begin_with_the_same_ones(hashes: int) -> None:
    epoch = random_epoch(LshParameters(16, 16, hashes, tables=2))
    vector = np.random.default_rng(2).standard_normal(16)

    assert (HASHING.probes(epoch, vector, count=9)[:, :4] == HASHING.probes(epoch, vector, count=4)).all()


@pytest.mark.parametrize("hashes", [1, 2])
def test_more_probes_than_codes_give_each_code_once(hashes: int) -> None:
    epoch = random_epoch(LshParameters(3, 4, hashes))
    probes = HASHING.probes(epoch, np.array([1.0, 2.0, 3.0]), count=1000)

    assert sorted(probes[0].tolist()) == list(range(4**hashes))


def test_no_probes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        HASHING.probes(epoch_of(np.eye(2)), np.array([1.0, 0.0]), count=0)
