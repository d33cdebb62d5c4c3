"""Days that have a name: fixed ones, US ones by rule, and Easter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

from memsvc_retrieval.temporal.intervals import Anchor, Days, day, placed
from memsvc_retrieval.temporal.rules import Rule, rule
from memsvc_retrieval.temporal.words import YEAR

__all__ = ["HOLIDAYS", "easter"]


def easter(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    century, rest = divmod(year, 100)
    correction = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    shift = (32 + 2 * (century % 4) + 2 * (rest // 4) - correction - rest % 4) % 7
    full = (year % 19 + 11 * correction + 22 * shift) // 451
    month, before = divmod(correction + shift - 7 * full + 114, 31)
    return date(year, month, before + 1)


def _fixed(year: int, *, month: int, on: int) -> Days:
    return day(date(year, month, on))


def _nth(year: int, *, month: int, weekday: int, nth: int, later: int = 0) -> Days:
    first = date(year, month, 1)
    return day(first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1) + later))


def _memorial(year: int) -> Days:
    last = date(year, 5, 31)
    return day(last - timedelta(days=last.weekday()))


def _easter(year: int) -> Days:
    return day(easter(year))


_ALWAYS: Final[dict[str, Callable[[int], Days]]] = {
    r"new year'?s eve": partial(_fixed, month=12, on=31),
    r"new year'?s day": partial(_fixed, month=1, on=1),
    r"valentine'?s day": partial(_fixed, month=2, on=14),
    r"st\.? patrick'?s day": partial(_fixed, month=3, on=17),
    r"mother'?s day": partial(_nth, month=5, weekday=6, nth=2),
    r"father'?s day": partial(_nth, month=6, weekday=6, nth=3),
    "memorial day": _memorial,
    "independence day": partial(_fixed, month=7, on=4),
    "labor day": partial(_nth, month=9, weekday=0, nth=1),
    "black friday": partial(_nth, month=11, weekday=3, nth=4, later=1),
    "thanksgiving day": partial(_nth, month=11, weekday=3, nth=4),
    "christmas eve": partial(_fixed, month=12, on=24),
    "christmas day": partial(_fixed, month=12, on=25),
    "easter sunday": _easter,
}
# Alone these often stand before a noun ("spent on Christmas gifts").
_ALONE: Final[dict[str, Callable[[int], Days]]] = {
    "halloween": partial(_fixed, month=10, on=31),
    "thanksgiving": partial(_nth, month=11, weekday=3, nth=4),
    "christmas": partial(_fixed, month=12, on=25),
    "easter": _easter,
}
_BEFORE: Final = r"(?:on|last|this past|over|during|since)"


def _holiday(match: re.Match[str], anchor: Anchor, *, make: Callable[[int], Days]) -> Days | None:
    return make(int(match["year"])) if match["year"] else placed(make, anchor)


HOLIDAYS: Final[tuple[Rule, ...]] = (
    *(
        rule("holiday", rf"{_BEFORE} {name}(?:,? (?P<year>{YEAR}))?", partial(_holiday, make=make))
        for name, make in _ALWAYS.items()
    ),
    *(
        rule(
            "holiday",
            rf"{_BEFORE} {name}(?:,? (?P<year>{YEAR}))?(?=\s*(?:$|[?.,;!)]))",
            partial(_holiday, make=make),
        )
        for name, make in _ALONE.items()
    ),
)
