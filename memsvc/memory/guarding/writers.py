"""How much a principal writes at present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from memsvc.domain.guarding import Assessment, Stage
from memsvc.domain.notes import Note
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.rate import burst, newcomer
from memsvc.ports.storage import Reader

__all__ = ["Pace", "pace_of", "trust_at_writing"]

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
# In a smaller namespace everybody is new.
_LEAST_OF_OTHERS: Final = 200
_PACE: Final = frozenset({"burst", "newcomer"})


@dataclass(frozen=True, slots=True)
class Pace:
    """What a principal had stored in the last minute and, if it is new, in its first hour, before this request."""

    allowed: int | None = None
    minute: int = 0
    first_hour: int | None = None

    def findings(self, place: int) -> dict[str, Finding]:
        """Return what the pace says of the new note at a place (from 0) of the request."""
        found = {
            "burst": burst(self.minute + place + 1, allowed=self.allowed),
            "newcomer": NOTHING_FOUND if self.first_hour is None else newcomer(self.first_hour + place + 1),
        }
        return {name: finding for name, finding in found.items() if finding.score > 0}


def pace_of(reader: Reader, principal: str, *, allowed: int | None, now: datetime) -> Pace:
    """Return the pace of a principal; without a bound, and in a small namespace, that costs no query."""
    minute = 0
    if allowed is not None and reader.state is not None:
        minute = reader.guard.written_since(principal, now - _MINUTE)
    return Pace(allowed, minute, _first_hour(reader, principal, now))


def trust_at_writing(note: Note, assessed: Sequence[Assessment]) -> float:
    """Return the trust of a note, less what its writer's pace took from it when it was stored."""
    written = [each for each in assessed if each.stage is Stage.WRITE]
    rates = [signal.score for each in written for signal in each.signals if signal.detector in _PACE]
    return note.trust * (1.0 - min(1.0, max(rates, default=0.0)))


def _first_hour(reader: Reader, principal: str, now: datetime) -> int | None:
    """Return how much a new principal has stored in a namespace that others have made."""
    if reader.state is None or reader.size() < _LEAST_OF_OTHERS:
        return None
    first = reader.guard.written_by(principal, after_row=0, limit=1)
    if first and first[0].ingest_time < now - _HOUR:
        return None
    stored = reader.guard.written_since(principal, now - _HOUR)
    return stored if reader.size() - stored >= _LEAST_OF_OTHERS else None
