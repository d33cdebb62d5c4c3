"""Events: what the user tells with a time, resolved against the day of the telling."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from memsvc.ports.extraction import Event, Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.rewriting import about_the_user
from memsvc_retrieval.keys.statements import statements
from memsvc_retrieval.temporal.expressions import find_expressions

__all__ = ["Events"]

_MOST = 12
# Longer ones ("since 2015") say little of when.
_LONGEST: Final = timedelta(days=400)
_DAY: Final = timedelta(days=1)
# Every time expression has one of these, and to look for them costs little.
_HINT: Final = re.compile(
    r"(?:19|20)[0-9]{2}|[0-9]/[0-9]|\b(?:ago|back|from\s+(?:now|today)|yesterday|to(?:day|night|morrow)|last|past|"
    r"previous|this|next|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|"
    r"apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|"
    r"summer|autumn|fall|winter|'?s\s+day|eve|(?:memorial|independence|labor)\s+day|halloween|thanksgiving|"
    r"christmas|easter)\b",
    re.IGNORECASE,
)


class Events:
    """At most twelve; a date without a year is the nearest one, as people tell of both past and plans."""

    slot = Slot.EVENTS
    version = "1"

    def extract(self, passage: Passage) -> tuple[Event, ...]:
        events: dict[Event, None] = {}
        for said in statements(passage):
            if not _HINT.search(said):
                continue
            for found in find_expressions(said, passage.at, lean="nearest"):
                if found.end - found.start <= _LONGEST:
                    last = (found.end - _DAY).date()
                    events.setdefault(Event(found.start.date(), last, about_the_user(said)))
        return tuple(events)[:_MOST]
