"""When one thought contradicts another, and which of the two stays: decisions only, nothing is read or written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.thoughts import Judgement, Reason, Verdict
from memsvc.domain.triples import Triple, normalised

__all__ = ["Held", "contradiction", "judge", "ordered", "settle"]


@dataclass(frozen=True, slots=True)
class Held:
    """What a thought holds.

    `since` is its `valid_from` (then it is `dated`), or when it was said; `confirmed` is when it was last said,
    `order` the last row of its sources. A `limited` one is evidence only.
    """

    note: NoteId
    triples: tuple[Triple, ...] = field(repr=False)
    since: datetime
    confirmed: datetime
    session: SessionId | None
    order: int
    trust: float
    dated: bool = False
    limited: bool = False


def judge(first: Held, second: Held) -> Judgement | None:
    """Return what follows for two thoughts, whichever is named first; None when both can hold."""
    found = [
        reason
        for one in first.triples
        for other in second.triples
        if (reason := contradiction(one, other)) is not None
    ]
    return settle(first, second, found[0]) if found else None


def settle(first: Held, second: Held, reason: Reason) -> Judgement | None:
    """Say which of two thoughts that cannot both hold closes the other; None for events of different days.

    Only a later one of at least the same trust does, which is not limited unless the older one is, and only one
    that says all that the older one does: of a thought with several triples the others would be lost. Everything
    else is a conflict, and both stay.
    """
    if _is_event(first) and _is_event(second) and first.since.date() != second.since.date():
        return None
    older, newer, known = ordered(first, second)
    believed = newer.trust >= older.trust and (older.limited or not newer.limited)
    sure = known and believed and len(older.triples) == 1
    return Judgement(Verdict.SUPERSEDE if sure else Verdict.CONFLICT, older.note, newer.note, reason)


def ordered(first: Held, second: Held) -> tuple[Held, Held, bool]:
    """Return the older, the newer, and whether that is known.

    What was said again after the newer one is not known to be older, unless both say since when they hold. Of the
    same time only rounds of one session have an order.
    """
    older, newer = sorted((first, second), key=lambda held: (held.since, held.order, held.note))
    if older.since < newer.since:
        return older, newer, (older.dated and newer.dated) or older.confirmed < newer.confirmed
    same_session = older.session is not None and older.session == newer.session
    return older, newer, same_session and older.order < newer.order


def contradiction(first: Triple, second: Triple) -> Reason | None:
    """Return why two triples cannot hold at the same time, None when they can.

    C1: a functional relation has another tail. C2 and C3: the same is said and denied (words of cessation deny).
    C4: a state has another number of the same unit. An event never contradicts anything.
    """
    if first.event or second.event or (first.negated and second.negated):
        return None
    one_denied, other_number = first.negated != second.negated, _other_number(first, second)
    # Words are compared last: most pairs end before, and their comparison takes the time.
    if not (one_denied or other_number or (first.functional and second.functional)):
        return None
    if not _same_relation(first, second):
        return None
    same_tail = normalised(first.tail) == normalised(second.tail)
    if one_denied:
        return Reason.POLARITY if same_tail else None
    if other_number:
        return Reason.QUANTITY
    return None if same_tail else Reason.FUNCTIONAL


def _same_relation(first: Triple, second: Triple) -> bool:
    return normalised(first.head) == normalised(second.head) and normalised(first.relation) == normalised(
        second.relation
    )


def _other_number(first: Triple, second: Triple) -> bool:
    if first.value is None or second.value is None or first.unit is None:
        return False
    return first.unit == second.unit and first.value != second.value


def _is_event(held: Held) -> bool:
    return any(triple.event for triple in held.triples)
