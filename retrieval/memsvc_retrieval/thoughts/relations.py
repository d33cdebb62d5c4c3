"""Which sayings are the same relation, and which relations have one tail at a time."""

from __future__ import annotations

from typing import Final

__all__ = ["BE_PHRASES", "DENIED", "FUNCTIONAL", "KNOWN", "PARTICLES", "same_relation"]

_SAME: Final = {
    "loves": "likes",
    "enjoys": "likes",
    "adores": "likes",
    "is fond of": "likes",
    "is into": "likes",
    "is in love with": "likes",
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
    "dislikes": "likes",
    "hates": "likes",
    "detests": "likes",
    "despises": "likes",
}
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
KNOWN: Final = FUNCTIONAL | {"is", "likes", "has", "prefers", "does", "is allergic to", "is afraid of"}
_BE: Final = """
married to|engaged to|dating|from|born in|born on|named|called|allergic to|afraid of|scared of|fond of|into|
in love with|interested in|passionate about|good at
"""
BE_PHRASES: Final = frozenset(tuple(phrase.split()) for phrase in _BE.split("|"))
_PARTICLE_WORDS: Final = """
up out off down away back over around along in at to for with on of about from as into by through near
"""
PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())


def same_relation(relation: str) -> str:
    """Return the one name of a relation that is said in several ways."""
    return _SAME.get(relation, relation)
