"""Any order of inserts, deletes and steps leaves sound postings with just the living rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

MOST = 900


def machine(grown, notes) -> type[RuleBasedStateMachine]:
    vectors = notes(MOST, seed=1, clusters=6)
    vectors[: MOST // 4] = vectors[0]

    class Updates(RuleBasedStateMachine):
        @initialize(replicas=st.sampled_from([1, 2]), capacity=st.sampled_from([1, 3, 64]))
        def begin(self, replicas: int, capacity: int) -> None:
            self.replicas, self.capacity = replicas, capacity
            self.space = grown(vectors, replicas=replicas, capacity=capacity)

        @rule(start=st.integers(0, MOST - 1), count=st.integers(1, 150))
        def insert(self, start: int, count: int) -> None:
            wanted = set(range(start, min(MOST, start + count))) - self.space.living
            self.space.insert(np.array(sorted(wanted), np.intp))

        @rule(start=st.integers(0, MOST - 1), count=st.integers(1, 200), every=st.integers(1, 3))
        def delete(self, start: int, count: int, every: int) -> None:
            self.space.delete(np.arange(start, min(MOST, start + count), every))

        @rule(budget=st.integers(1, 5))
        def step(self, budget: int) -> None:
            self.space.updater.step(budget)

        @rule()
        def reopen(self) -> None:
            self.space.updater.finish()
            self.space.reopen(replicas=self.replicas, capacity=self.capacity)

        @invariant()
        def sound(self) -> None:
            if hasattr(self, "space"):
                assert self.space.problems() == []
                assert self.space.updater.pending <= self.capacity

    return Updates


@pytest.mark.slow
def test_any_order_of_changes_is_sound(grown, notes) -> None:
    case = machine(grown, notes).TestCase
    case.settings = settings(
        max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case("runTest").runTest()
