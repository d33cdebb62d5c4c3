"""What an exceeded budget tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.domain.usage import DailyLimits, LlmCall, Spent, check_limits
from memsvc.errors import LlmBudgetSpent

CALL = LlmCall("think", "small", "asked", datetime(2026, 3, 5, 18, tzinfo=UTC), prompt_tokens=10, cost=0.5)


def refused(limits: DailyLimits) -> LlmBudgetSpent:
    with pytest.raises(LlmBudgetSpent) as caught:
        check_limits(limits, store=Spent(7777, 77.5), tenant=Spent(333, 3.5), call=CALL)
    return caught.value


@pytest.mark.parametrize("limits", [DailyLimits(tokens=7780), DailyLimits(cost=77.9)])
def test_what_all_tenants_spent_is_told_to_none(limits: DailyLimits) -> None:
    assert "77.5" not in refused(limits).detail
    assert "7777" not in refused(limits).detail


@pytest.mark.parametrize(
    ("limits", "spent"),
    [(DailyLimits(tenant_tokens=340), "333 spent"), (DailyLimits(tenant_cost=3.9), "3.5 spent")],
)
def test_a_tenant_is_told_what_it_spent(limits: DailyLimits, spent: str) -> None:
    assert spent in refused(limits).detail


def test_the_wait_ends_with_the_day() -> None:
    assert refused(DailyLimits(tokens=1)).retry_after == 6 * 3600
