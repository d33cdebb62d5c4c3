"""How often a note was told again and recalled: what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Uses"]


@dataclass(frozen=True, slots=True)
class Uses:
    """Counts since the note was stored, and when the last one was."""

    seen: int
    recalled: int
    at: datetime

    def plus(self, more: Uses) -> Uses:
        return Uses(self.seen + more.seen, self.recalled + more.recalled, max(self.at, more.at))
