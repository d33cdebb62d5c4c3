"""The jitter of the waits."""

from __future__ import annotations

import pytest

from memsvc.client._exchange import Request, Silence
from memsvc.client._retry import RetryPolicy

NEVER_SENT = Silence("connection refused", sent=False)


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 2.0), (0.5, 1.5), (0.999, 1.001)])
def test_chance_shortens_the_wait_by_up_to_a_half(chance: float, expected: float) -> None:
    policy = RetryPolicy(retries=5, random=lambda: chance)
    assert policy.delay(Request("GET", "/"), NEVER_SENT, 2) == pytest.approx(expected)
