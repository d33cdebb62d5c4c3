"""Requests to a model several at a time, their outcomes in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from memsvc.errors import LlmBadReply, LlmRefused, LlmUnavailable, MemsvcError

__all__ = ["Failed", "in_threads", "stop_when_down"]

T = TypeVar("T")
R = TypeVar("R")
_FAILURES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Failed(Generic[T]):
    """What a model could not do, and why."""

    item: T
    error: MemsvcError


def in_threads(work: Callable[[T], R], items: Iterable[T], *, threads: int) -> Iterator[R | Failed[T]]:
    """Yield what the work makes of each item, in the items' order, a model's failure as Failed.

    At most twice as many items as threads are held.
    """

    def attempt(item: T) -> R | Failed[T]:
        try:
            return work(item)
        except (LlmUnavailable, LlmRefused, LlmBadReply) as error:
            return Failed(item, error)

    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[R | Failed[T]]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(attempt, item))
                if len(waiting) >= 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def stop_when_down(outcomes: Iterable[R]) -> Iterator[R]:
    """Pass outcomes on; raises the error of the last of five in a row that got no answer at all."""
    failures = 0
    for outcome in outcomes:
        down = isinstance(outcome, Failed) and not isinstance(outcome.error, LlmBadReply)
        failures = failures + 1 if down else 0
        yield outcome
        if failures == _FAILURES_IN_A_ROW and isinstance(outcome, Failed):
            kind = type(outcome.error)
            raise kind(f"stopped after {failures} failures in a row, the last one: {outcome.error.detail}")
