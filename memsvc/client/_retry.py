"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from memsvc.client._exchange import Answer, Outcome, Request, Silence
from memsvc.client._problems import error_of

__all__ = ["RetryPolicy"]

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 8.0
_LONGEST_RETRY_AFTER = 120.0
_PASSING = frozenset({408, 429, 502, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full information on retries; `random` gives a number in [0, 1) for the jitter."""

    retries: int
    random: Callable[[], float]

    def delay(self, request: Request, outcome: Outcome, attempt: int) -> float | None:
        """Return the seconds to wait before sending again, or None when the outcome is final.

        `attempt` counts from 0. The wait doubles from 0.5 to 8 s, shortened by up to a half by chance; a
        server's Retry-After is obeyed instead, up to 120 s.
        """
        if attempt >= self.retries or not _passing(request, outcome):
            return None
        asked = _retry_after(outcome)
        if asked is not None:
            return min(asked, _LONGEST_RETRY_AFTER)
        ceiling = min(_FIRST_DELAY * 2.0**attempt, _LONGEST_DELAY)
        return ceiling * (1.0 - self.random() / 2)


def _passing(request: Request, outcome: Outcome) -> bool:
    if isinstance(outcome, Silence):
        return request.repeatable or not outcome.sent
    if outcome.status < 400:
        return False
    if outcome.status in _PASSING:
        return request.repeatable or outcome.status == 429
    error = error_of(outcome)
    return error.retryable or (outcome.status == 409 and error.retry_after is not None)


def _retry_after(outcome: Outcome) -> float | None:
    return error_of(outcome).retry_after if isinstance(outcome, Answer) else None
