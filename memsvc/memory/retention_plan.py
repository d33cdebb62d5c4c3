"""What a policy wants forgotten or admitted: a pure function of what is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.policies import Eviction, RetentionPolicy
from memsvc.domain.strengths import Holding, Strength
from memsvc.domain.time import to_microseconds

__all__ = ["Action", "Planned", "plan"]


class Action(StrEnum):
    FORGET = "forget"
    ADMIT = "admit"


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to become of a note and why; `capped` says that it goes only because of all the others."""

    note: NoteId
    action: Action
    reason: str
    capped: bool = False


class _Kept(NamedTuple):
    """A note that no time limit takes away; in the order of eviction."""

    rank: int
    row: int
    size: int
    note: NoteId


def plan(
    holdings: Iterable[Holding],
    retention: RetentionPolicy,
    *,
    now: datetime,
    restored_at: Callable[[NoteId], datetime | None] = lambda _: None,
) -> list[Planned]:
    """Return what to do, in the order of doing: what is too old, what is admitted, what is over the caps.

    Of notes over the caps the fewest go, in the policy's order, ties by row: the last of them was still needed.
    `restored_at` is asked of notes that seem too old; the time of a note that was restored counts from then.
    """
    expired: list[Planned] = []
    admitted: list[Planned] = []
    kept: list[_Kept] = []
    for held in holdings:
        if (reason := _expiry(held, retention, now, restored_at)) is not None:
            expired.append(Planned(held.strength.note, Action.FORGET, reason))
            continue
        if held.status is Status.PENDING and held.strength.sightings >= retention.admit_after.get(held.kind, 1):
            reason = f"admitted: seen {held.strength.sightings} times"
            admitted.append(Planned(held.strength.note, Action.ADMIT, reason))
        if retention.capped:
            kept.append(
                _Kept(_rank(held.strength, retention.eviction), held.strength.row, held.size, held.strength.note)
            )
    evicted = _evicted(kept, retention)
    gone = {planned.note for planned in evicted}
    return [*expired, *(planned for planned in admitted if planned.note not in gone), *evicted]


def _expiry(
    held: Holding, retention: RetentionPolicy, now: datetime, restored_at: Callable[[NoteId], datetime | None]
) -> str | None:
    days = retention.ttl_days.get(held.kind)
    if days is None or now - held.strength.ingest_time < timedelta(days=days):
        return None
    restored = restored_at(held.strength.note)
    if restored is not None and now - restored < timedelta(days=days):
        return None
    return f"expired: a {held.kind} is kept for {days:g} days"


def _rank(strength: Strength, eviction: Eviction) -> int:
    if eviction is Eviction.WEAKEST:
        return strength.total
    return to_microseconds(strength.ingest_time if eviction is Eviction.OLDEST else strength.used_at)


def _evicted(kept: list[_Kept], retention: RetentionPolicy) -> list[Planned]:
    count, size = len(kept), sum(each.size for each in kept)
    evicted: list[Planned] = []
    for each in sorted(kept):
        reason = _excess(count, size, retention)
        if reason is None:
            break
        evicted.append(Planned(each.note, Action.FORGET, reason, capped=True))
        count, size = count - 1, size - each.size
    return evicted


def _excess(count: int, size: int, retention: RetentionPolicy) -> str | None:
    first = f"{retention.eviction} first"
    if retention.max_notes is not None and count > retention.max_notes:
        return f"over the cap of {retention.max_notes} notes, {first}"
    if retention.max_bytes is not None and size > retention.max_bytes:
        return f"over the cap of {retention.max_bytes} bytes, {first}"
    return None
