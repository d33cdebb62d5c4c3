"""Retention: rises with strength, falls with time (unlike MemoryBank's code), and only reorders."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.memory.decay import lowered, retained
from memsvc.ports.ranking import Ranked

DAYS = st.floats(0, 3650)
STRENGTHS = st.integers(1, 1000)


def kept(days: float, strength: int) -> float:
    return retained(timedelta(days=days), strength, half_life=timedelta(days=30))


@given(DAYS, DAYS, STRENGTHS)
def test_it_falls_with_time(first: float, second: float, strength: int) -> None:
    assert kept(min(first, second), strength) >= kept(max(first, second), strength)


@given(DAYS, STRENGTHS, STRENGTHS)
def test_it_rises_with_strength(days: float, first: int, second: int) -> None:
    assert kept(days, min(first, second)) <= kept(days, max(first, second))


def test_a_note_seen_once_is_half_faded_after_the_half_life() -> None:
    assert kept(30, 1) == pytest.approx(0.5)
    assert kept(30, 2) == pytest.approx(0.5**0.5)


def test_a_note_of_the_future_is_wholly_retained() -> None:
    assert kept(-5, 1) == 1


RANKED = Ranked(np.array([5, 3, 9]), np.array([0.9, 0.8, 0.7], np.float32))


def test_a_faded_note_falls_behind() -> None:
    found = lowered(RANKED, {5: 0.0, 3: 1.0, 9: 0.5}, weight=0.15)
    assert found.rows.tolist() == [3, 5, 9]
    assert found.scores.tolist() == pytest.approx([0.8, 0.75, 0.625])


def test_scores_below_zero_fall_too() -> None:
    ranked = Ranked(np.array([1, 2]), np.array([-0.1, -0.2], np.float32))
    assert lowered(ranked, {1: 0.0}, weight=0.5).rows.tolist() == [2, 1]


def test_what_is_equal_keeps_its_order() -> None:
    ranked = Ranked(np.array([7, 2, 4]), np.zeros(3, np.float32))
    assert lowered(ranked, {}, weight=1).rows.tolist() == [7, 2, 4]
