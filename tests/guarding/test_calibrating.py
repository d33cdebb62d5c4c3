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
