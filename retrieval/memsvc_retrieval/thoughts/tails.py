"""What a relation is with: the words up to the end of a clause, without times."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["items_of", "tail_of"]

_LONGEST_WORDS: Final = 14
_CLAUSE: Final = re.compile(
    r"[;:()\u2013\u2014]| - |, (?!and [a-z]+ly\b)|[.!?](?=\s|$)"
    r"|\b(?:but|because|'cause|cuz|so|although|though|while|when|since|which|who|where|if|until|"
    r"and (?:User|we|he|she|it|it's|they|I|that|then|now|have|has|is|was|are|were|had|will|can))\b",
)
_MONTH: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_TIME: Final = re.compile(
    r"\b(?:(?:on |in |at |for )?(?:the )?(?:last|next|this|past) (?:\w+day|week|weekend|month|year|night|summer|"
    rf"winter|spring|fall|morning|evening|{_MONTH})|(?:on |in |since |by )?(?:{_MONTH})"
    r"(?: \d{1,2}(?:st|nd|rd|th)?\b)?(?:,? (?:19|20)\d\d\b)?|(?:in|since) (?:19|20)\d\d|on \w+day|yesterday|"
    r"today|tonight|tomorrow|recently|lately|(?:\w+|a few|a couple of) (?:days?|weeks?|months?|years?) ago|"
    r"the other day|any ?more|any longer|these days|right now|now|too|as well|though|lol|again|already)\b",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[;:()\u2013\u2014]|[.!?](?=\s|$)")
_LIST: Final = re.compile(
    r"(?:[\w'-]+(?: [\w'-]+){0,3}, )*[\w'-]+(?: [\w'-]+){0,3},? (?:and|or) [\w'-]+(?: [\w'-]+){0,3}"
)
_JOINT: Final = re.compile(r", (?:and |or )?| and | or ")
_EDGES: Final = " \t,.;:!?\"'*_-\u201c\u201d"


def items_of(said: str) -> list[str]:
    """Return the tails: the items of a list of short ones ("hiking, yoga and tea"), else the one tail."""
    end = _SENTENCE_END.search(said)
    whole = said[: end.start()].strip(_EDGES) if end else said.strip(_EDGES)
    if _LIST.fullmatch(whole):
        return [item for item in (tail_of(part) for part in _JOINT.split(whole)) if item]
    return [tail_of(said)]


def tail_of(said: str) -> str:
    """Return the tail that the words after a relation begin with, "" for none."""
    clause = _CLAUSE.search(said)
    tail = _TIME.sub(" ", said[: clause.start()] if clause else said)
    return " ".join(tail.split()[:_LONGEST_WORDS]).strip(_EDGES)
