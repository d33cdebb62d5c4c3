"""What language models cost: calls, prices and budgets. Numbers only, never a word of what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from memsvc.errors import LlmBudgetSpent

__all__ = [
    "ASKED",
    "CallStatus",
    "DailyLimits",
    "LlmCall",
    "Prices",
    "Spent",
    "UsageLine",
    "check_limits",
]

_MILLION: Final = 1_000_000


class CallStatus(StrEnum):
    """How a call went; one that failed has the code of its error instead.

    `asked` is in flight, counted at the most that it may take: also when its process ended before the answer.
    """

    ASKED = "asked"
    ANSWERED = "answered"
    CACHED = "cached"
    BROKEN_OFF = "broken-off"


ASKED: Final = CallStatus.ASKED.value


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices per million tokens, in any one currency."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / _MILLION


@dataclass(frozen=True, slots=True)
class LlmCall:
    """One call as the ledger has it; `model` is the name it was asked for by."""

    operation: str
    model: str
    outcome: str
    at: datetime
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    tokens: int = 0
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class DailyLimits:
    """The most that may be spent in a day (UTC) by all together and by one tenant; None is no limit."""

    tokens: int | None = None
    cost: float | None = None
    tenant_tokens: int | None = None
    tenant_cost: float | None = None

    @property
    def any(self) -> bool:
        return self != DailyLimits()


@dataclass(frozen=True, slots=True)
class UsageLine:
    """The calls of one day, operation and model; answers from the cache count in `cached`, not in `calls`."""

    day: date
    operation: str
    model: str
    calls: int
    cached: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    cost: float
    milliseconds: int


def check_limits(limits: DailyLimits, *, store: Spent, tenant: Spent, call: LlmCall) -> None:
    """Raise LlmBudgetSpent if the call, at the most that it may take, exceeds what is left of the day."""
    tokens = call.prompt_tokens + call.completion_tokens
    checks = (
        (limits.tenant_tokens, tenant.tokens, tokens, "tokens a day for one tenant", "TENANT_DAILY_TOKENS"),
        (limits.tenant_cost, tenant.cost, call.cost, "a day for one tenant", "TENANT_DAILY_COST"),
        (limits.tokens, store.tokens, tokens, "tokens a day", "DAILY_TOKENS"),
        (limits.cost, store.cost, call.cost, "a day", "DAILY_COST"),
    )
    for limit, spent, asked, what, setting in checks:
        if limit is not None and spent + asked > limit:
            # What all spent is not for one tenant to know.
            told = f"{spent:g} spent, up" if setting.startswith("TENANT_") else "up"
            raise LlmBudgetSpent(
                f"the budget for language models of {limit:g} {what} is used up ({told} to {asked:g} more asked "
                f"for): raise MEMSVC_LLM__{setting}, or wait until 00:00 UTC",
                retry_after=_rest_of_day(call.at),
            )


def _rest_of_day(now: datetime) -> float:
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), tzinfo=UTC)
    return (tomorrow - now).total_seconds()
