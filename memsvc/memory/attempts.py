"""Plan in a read, act in a write: what was planned must still hold there, or it is planned again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from memsvc.errors import StorageBusy

__all__ = ["Outdated", "until_current"]

_ATTEMPTS = 4
_T = TypeVar("_T")


class Outdated(Exception):
    """Another writer came between plan and write; raised inside the writer's block, so that it rolls back."""


def until_current(attempt: Callable[[], _T]) -> _T:
    """Repeat the attempt while it is outdated; raises StorageBusy when that goes on."""
    for _ in range(_ATTEMPTS):
        try:
            return attempt()
        except Outdated:
            continue
    raise StorageBusy("others keep changing what this request writes to; send it again", retry_after=1)
