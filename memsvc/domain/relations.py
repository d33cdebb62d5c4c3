"""Which sayings are the same relation, and which relations have one tail at a time."""

from __future__ import annotations

from typing import Final

__all__ = ["DENIED", "FUNCTIONAL", "same_relation"]

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
