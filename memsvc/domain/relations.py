"""Which sayings are the same relation, and which relations have one tail at a time."""

from __future__ import annotations

from typing import Final

__all__ = ["DENIED", "FUNCTIONAL", "is_functional", "same_relation"]

DENIED: Final = frozenset({"dislikes", "hates", "detests", "despises"})
FUNCTIONAL: Final = frozenset(
    {
        "lives in",
        "works at",
        "works as",
        "is married to",
        "is engaged to",
        "is dating",
        "is named",
        "is from",
        "was born in",
        "was born on",
        "weighs",
    }
)
# "Lives in peace" and "works at night" name no place.
_NAMING: Final = frozenset({"lives in", "works at", "works as", "is from", "was born in"})
_SAME: Final = {
    "loves": "likes",
    "enjoys": "likes",
    "adores": "likes",
    "is fond of": "likes",
    "is into": "likes",
    "is in love with": "likes",
    **dict.fromkeys(DENIED, "likes"),
    "lives at": "lives in",
    "resides in": "lives in",
    "settles in": "lives in",
    "moves to": "lives in",
    "moves into": "lives in",
    "relocates to": "lives in",
    "works for": "works at",
    "marries": "is married to",
    "owns": "has",
    "is called": "is named",
    "dates": "is dating",
    "is scared of": "is afraid of",
}


def same_relation(relation: str) -> str:
    """Return the one name of a relation that is said in several ways; who "hates" something denies "likes"."""
    return _SAME.get(relation, relation)


def is_functional(relation: str, tail: str) -> bool:
    """Say whether there is one such tail at a time; of places and work, only what has a name or "a" before it."""
    if relation not in FUNCTIONAL:
        return False
    words = tail.split()
    return relation not in _NAMING or words[:1] in (["a"], ["an"]) or any(word[:1].isupper() for word in words)
