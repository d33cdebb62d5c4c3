"""Scores are compared with those of notes of about the length, as far as there are enough of them."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from memsvc.guard.decide import SHARES
from memsvc.guard.model_file import GuardModel, benign_name
from memsvc.memory.guarding.calibrating import Calibrations
from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Reader
from tests.guarding.conftest import indifferent

ENOUGH = ceil(1 / (0.01 * SHARES["transplant"]))
EMPTY = cast(Reader, SimpleNamespace(state=None))


def _model(**counts: int) -> GuardModel:
    """Return a model whose transplant scores of any kind are 0.5, of each length so many."""
    arrays = {}
    for length, count in counts.items():
        arrays[benign_name("transplant", "any", length, "values")] = np.full(1, 0.5, np.float32)
        arrays[benign_name("transplant", "any", length, "below")] = np.full(1, count, np.uint32)
    without = indifferent("transplant")
    return replace(without, arrays={**without.arrays, **arrays})


@pytest.mark.parametrize(
    ("short", "compared"),
    [(ENOUGH, ENOUGH), (ENOUGH - 1, 9_000)],
    ids=["enough of the length", "too few to flag any"],
)
def test_notes_of_all_lengths_stand_in_where_those_of_the_length_are_too_few(short: int, compared: int) -> None:
    model = _model(short=short, any=9_000)
    p = Calibrations().p_value(EMPTY, model, "transplant", ("round", "short"), 0.9, alpha=0.01)
    assert p == pytest.approx(1 / (compared + 1))


def _reader(scores: list[float]) -> Reader:
    """Return a reader of a namespace with so many cleared notes of one sort."""
    guard = SimpleNamespace(scores=lambda detector, bucket, *, limit: np.array(scores[:limit]))
    state = NamespaceState(1, 10, Model("all-MiniLM-L6-v2-int8", 4, 256))
    return cast(Reader, SimpleNamespace(state=state, size=lambda: len(scores), guard=guard))


@pytest.mark.parametrize(
    ("notes", "p"),
    [(199, 1 / 9_001), (200, 101 / 201), (999, 101 / 1_000), (1_000, 101 / 1_001)],
    ids=["too few", "heard", "still only heard", "enough"],
)
def test_a_namespace_is_heard_before_it_is_judged_by_alone(notes: int, p: float) -> None:
    own = _reader([0.95] * 100 + [0.1] * (notes - 100))
    found = Calibrations().p_value(own, _payload_prior(), "payload", ("round", "short"), 0.9, alpha=0.01)
    assert found == pytest.approx(p)


@pytest.mark.parametrize(("notes", "p"), [(999, 1.0), (1_000, 1 / 1_001)], ids=["only heard", "judged by alone"])
def test_a_namespace_that_is_only_heard_makes_nothing_rarer(notes: int, p: float) -> None:
    found = Calibrations().p_value(
        _reader([0.1] * notes), _payload_prior(at=0.95, among=1), "payload", ("round", "short"), 0.9, alpha=0.01
    )
    assert found == pytest.approx(p)


def _payload_prior(*, at: float = 0.5, among: int = 9_000) -> GuardModel:
    without = indifferent("payload")
    arrays = {
        benign_name("payload", "any", "any", "values"): np.full(1, at, np.float32),
        benign_name("payload", "any", "any", "below"): np.full(1, among, np.uint32),
    }
    return replace(without, arrays={**without.arrays, **arrays})
