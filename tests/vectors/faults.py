"""File steps that stop, or fail as a bad disk does, at a chosen moment."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from memsvc_stores.vectors.slabs.files import Files

__all__ = ["Crash", "FaultyFiles", "broken_disk", "crash"]


class Crash(BaseException):
    """The process ends here."""


def crash() -> BaseException:
    return Crash()


def broken_disk(code: int = errno.ENOSPC) -> BaseException:
    return OSError(code, "injected")


class FaultyFiles(Files):
    """Raises at the step numbered `at`, counted from 0, and as a crash does at every later one."""

    def __init__(self, at: int, fault: Callable[[], BaseException], *, for_good: bool = False) -> None:
        self.steps = 0
        self._at = at
        self._fault = fault
        self._for_good = for_good

    def _disarm(self) -> None:
        """Let every step pass from now on."""
        self._at = -1

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found):
            return found
        here = self.steps
        self.steps = here + 1
        if here == self._at or (self._for_good and 0 <= self._at < here):
            raise self._fault()
        return found
