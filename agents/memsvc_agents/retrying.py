"""When a request to a model is tried again, and after how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

__all__ = ["PassingFailure", "RetryPolicy", "asked_wait", "retrying"]

# Limits of providers are a day's at most; what asks for more would put a job off for ever.
_LONGEST_ASKED = 86_400.0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to ask again; seconds between tries grow at random up to `longest_wait`."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 30.0


class PassingFailure(Exception):
    """A try that may succeed later; `retry_after` is how many seconds the endpoint asks to wait.

    `lost` when the endpoint was asked and its answer did not come: it may have worked, and ask to be paid.
    """

    def __init__(self, detail: str, *, retry_after: float | None = None, lost: bool = False) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.lost = lost


def retrying(policy: RetryPolicy, sleep: Callable[[float], None]) -> Retrying:
    """Return a caller that repeats on PassingFailure and raises the last one.

    It waits as long as the endpoint asks; a wait over `longest_wait` is left to its own caller.
    """
    backoff = wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)

    def wait(state: RetryCallState) -> float:
        asked = _asked_by(state)
        return backoff(state) if asked is None else asked

    def stop(state: RetryCallState) -> bool:
        too_long = (_asked_by(state) or 0) > policy.longest_wait
        return too_long or stop_after_attempt(policy.attempts)(state)

    return Retrying(retry=retry_if_exception_type(PassingFailure), wait=wait, stop=stop, sleep=sleep, reraise=True)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After, a day at most; a date in it counts from the answer's own."""
    value = headers.get("retry-after", "")
    try:
        if value.strip().isdecimal():
            return min(float(value), _LONGEST_ASKED)
        until, since = (parsedate_to_datetime(text) for text in (value, headers.get("date", "")))
        return min(max(0.0, (until - since).total_seconds()), _LONGEST_ASKED)
    except (ValueError, TypeError):
        return None


def _asked_by(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, PassingFailure) else None
