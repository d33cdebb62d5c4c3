"""Statements that only say what the user wants to know or to do next: they tell little of him."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["only_asks"]

_WISH: Final = re.compile(
    r"\b(?:i'm|i am|i was|i've been|i) (?:(?:just|also|really|now|particularly|mainly|currently) )*"
    r"(?:looking (?:for|to|into)|trying to find|interested in|wondering|curious|hoping|"
    r"need(?:ing)? (?:some|help|to know|advice|a)|want(?:ing)? to (?:know|learn|ask|make sure)|would like|"
    r"thinking (?:of|about)|planning)\b"
    r"|\bi(?:'d| would) (?:like|love) (?:to|some)|\bi(?:'ll| will)\b|\bi need (?:some|help)",
    re.IGNORECASE,
)
_LIVED: Final = re.compile(
    r"\b(?:by the way|btw|speaking of|recently|just|ago|yesterday|today|last (?:week|month|year|night|weekend|"
    r"summer|winter|spring|fall|time|\w+day|january|february|march|april|may|june|july|august|september|october|"
    r"november|december)|this (?:morning|week|weekend|month)|lately|actually|used to|always|usually|remember)\b",
    re.IGNORECASE,
)


def only_asks(statement: str) -> bool:
    """Say whether a statement is a wish or a plan that names nothing that happened or is usual."""
    return _WISH.search(statement) is not None and _LIVED.search(statement) is None
