"""Route a question by its text: does it mean what the assistant said, ask for advice, or name a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from memsvc_retrieval.temporal.ranges import question_range

__all__ = ["Route", "asks_for_advice", "route"]

_SAID: Final = (
    "told|mentioned|said|recommended|suggested|provided|gave|given|listed|wrote|written|described|created|made|shared|"
    "explained|advised|generated|outlined|showed|proposed|named|called|referred|came up with|listed out|helped"
)
_ASSISTANT: Final = re.compile(
    r"\b(?:our|the|a|that) (?:\w+ )?(?:previous|last|earlier|past|prior) (?:\w+ )?"
    r"(?:conversation|chat|discussion|session|exchange|talk)s?\b"
    r"|\b(?:previous|earlier|last|past) (?:conversation|chat|discussion)s?\b"
    r"|\bour (?:conversation|chat|discussion)s?\b"
    rf"|\byou (?:\w+ly )?(?:had |have |'ve |also |just |once )*(?:{_SAID})\b"
    r"|\bwe (?:\w+ly )?(?:had |have |were |also |just |once )*(?:talked|talking|discussed|discussing|chatted|"
    r"chatting|spoke|spoken|decided|went over|covered|came up with|agreed|worked on|created|wrote|made)\b"
    r"|\bdid (?:you|we) (?:\w+ly )?(?:say|tell|mention|recommend|suggest|discuss|decide|talk|list|give|provide|"
    r"name)\b"
    r"|\b(?:your|the) (?:earlier |previous |last )?(?:recommendation|suggestion|explanation|answer|list)s? "
    r"(?:from|of) (?:last time|before|earlier|yesterday)\b",
    re.IGNORECASE,
)
_ADVICE: Final = re.compile(
    r"\bany (?:\w+ ){0,2}(?:tips?|advice|suggestions?|recommendations?|ideas?|thoughts|pointers|recommend)\b"
    r"|\b(?:can|could|would|will) you (?:please |kindly |also |maybe )*(?:suggest|recommend|advise|"
    r"give me (?:some|a few|any)|help me (?:plan|choose|decide|pick|find|think|come up))\b"
    r"|\b(?:what|which|how|where|who)(?: \w+){0,3} should i\b"
    r"|\bwhat (?:do|would) you (?:recommend|suggest|think|advise)\b"
    r"|(?:^|[,.!?]\s*)(?:please )?(?:recommend|suggest|advise)\b|\bdo you (?:think|recommend|suggest)\b"
    r"|\bi'?d (?:love|like|appreciate) (?:some|any|your) (?:\w+ )?"
    r"(?:tips|advice|suggestions|recommendations|ideas)\b"
    r"|\b(?:looking|asking) for (?:some |any |a few )?(?:\w+ )?(?:tips|advice|suggestions|recommendations|ideas)\b"
    r"|\b(?:is|would) it (?:be )?(?:a good idea|worth(?:while)?|wise|better)\b|(?:^|[,.!?]\s*)should i\b",
    re.IGNORECASE,
)
# So late that every year written out has passed, and in the middle of a week, a month and a year.
_LATE: Final = datetime(9000, 6, 18, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Route:
    """What a question says of itself."""

    assistant_reference: bool
    recommendation: bool
    explicit_time: bool


def asks_for_advice(question: str) -> bool:
    """Say whether a question asks for a recommendation, and not for one that the assistant gave before."""
    return _ADVICE.search(question) is not None and _ASSISTANT.search(question) is None


def route(question: str) -> Route:
    """Route a question; advice that the assistant gave before is a reference, not a new request."""
    return Route(
        assistant_reference=_ASSISTANT.search(question) is not None,
        recommendation=asks_for_advice(question),
        explicit_time=question_range(question, _LATE) is not None,
    )
