"""Strip from a question the phrases that only ask for an answer."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["strip_boilerplate"]

_TALK: Final = (
    r"(?:(?:our|the|a|that) )?(?:(?:previous|last|earlier|past|prior) )+"
    r"(?:conversation|chat|discussion|session|exchange)s?"
    r"|our (?:conversation|chat|discussion)s?"
)
_REMIND: Final = r"(?:remind me|tell me|let me know|help me (?:remember|recall))"
_FRAMES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bi(?:'m| am| was|'ve been)? (?:(?:just|also) )?(?:(?:going|looking|thinking|reading|checking) )?"
        rf"(?:back )?(?:on|at|to|over|through|about|of)? ?(?:{_TALK})(?: (?:about|on|regarding|where|and)\b)?",
        r"\bi (?:wanted|want|would like|'d like|need) to (?:follow up|check back|circle back)(?: on| with)?\b",
        rf"\b(?:{_TALK})(?: (?:about|on|regarding)\b)?",
        rf"\b(?:and )?i(?: was|'m| am)? (?:just )?wondering if you (?:could|can|would|might)(?: please)?"
        rf"(?: {_REMIND})?(?: (?:of|about)\b)?",
        r"\b(?:and )?i(?: was|'m| am)? (?:just )?wondering (?:if|whether) you (?:remember(?:ed)?|recall(?:ed)?)\b",
        r"\b(?:and )?i (?:just )?(?:wanted|want) to (?:confirm|check|verify|ask|know)(?: (?:if|that|whether)\b)?",
        rf"\b(?:can|could|would|will) you (?:please |kindly |just )*{_REMIND}(?: (?:of|about)\b)?",
        r"\b(?:do|can) you (?:happen to )?(?:remember|recall|know)\b",
        r"\bi (?:remember|recall|think|believe) (?:that )?(?:you|we) "
        r"(?:told me|said|mentioned|talked|discussed)(?: (?:about|that)\b)?",
        r"\byou (?:told me|said|mentioned)(?: (?:about|that)\b)?",
        r"\bwe (?:talked|discussed|spoke|chatted)(?: about)?(?: (?:last time|earlier|before|previously))?\b",
        r"\b(?:by the way|please|thanks|thank you)\b",
    )
)
_SPACE: Final = re.compile(r"\s+")
_LOOSE: Final = re.compile(r"\s+(?=[,.;:?!])|(?<=[,;])\s*[,;]")
_EDGE: Final = re.compile(r"^[\s,.;:?!\-–—]+|[\s,;:\-–—]+$")
_EMPTY_SENTENCE: Final = re.compile(r"(?<=[.?!])\s*[,;]?\s*[.?!]+")


def strip_boilerplate(question: str) -> str:
    """Remove reminders, wondering and mentions of talks; a question that is nothing else stays as it is."""
    text = question
    for frame in _FRAMES:
        text = frame.sub(" ", text)
    if not re.search(r"\w", text):
        return question.strip()
    text = _LOOSE.sub("", _SPACE.sub(" ", text))
    return _EDGE.sub("", _EMPTY_SENTENCE.sub("", text))
