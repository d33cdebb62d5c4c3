"""Triples: what a thought says, as head, relation and tail."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

__all__ = ["Triple", "normalised"]

_NOT_WORDS = re.compile(r"[^\w\s%€$£.-]")
_ARTICLES = re.compile(r"^(?:the|a|an|my|his|her|their|our)\s+")


def normalised(text: str) -> str:
    """Return a text as it is compared: NFKC, without case, punctuation, and articles before it."""
    plain = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return _ARTICLES.sub("", " ".join(plain.split()).strip(".- "))


@dataclass(frozen=True, slots=True)
class Triple:
    """One relation (TiM, section 3.2). `functional` relations have one tail at a time ("lives in").

    An `event` happened at a time and is never contradicted by another one. `value` and `unit` hold a tail that
    is a quantity.
    """

    head: str = field(repr=False)
    relation: str = field(repr=False)
    tail: str = field(repr=False)
    negated: bool = False
    functional: bool = False
    event: bool = False
    value: float | None = None
    unit: str | None = None
