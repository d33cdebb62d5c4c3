"""A cap on what a paid endpoint is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from threading import Lock

from memsvc.errors import EmbedderUnavailable

__all__ = ["DailyBudget", "utc_now"]


def utc_now() -> datetime:
    return datetime.now(UTC)


class DailyBudget:
    """Counts characters per UTC day, in this process; safe to use from several threads."""

    def __init__(self, characters: int, *, now: Callable[[], datetime] = utc_now) -> None:
        self._limit = characters
        self._now = now
        self._day = now().date()
        self._spent = 0
        self._lock = Lock()

    def spend(self, characters: int) -> None:
        """Count characters; raises EmbedderUnavailable, and counts nothing, when the day's budget is short."""
        now = self._now()
        with self._lock:
            if now.date() != self._day:
                self._day, self._spent = now.date(), 0
            if self._spent + characters > self._limit:
                tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=UTC)
                raise EmbedderUnavailable(
                    f"the embedding budget of {self._limit} characters a day is spent "
                    f"({self._spent} used, {characters} more asked for): raise it, or wait until 00:00 UTC",
                    retry_after=(tomorrow - now).total_seconds(),
                )
            self._spent += characters
