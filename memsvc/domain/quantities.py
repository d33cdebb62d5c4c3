"""Numbers in what is said, with what they count."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["quantity"]

_TO_TWENTY: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
"""
_WORDS: Final = {word: float(number) for number, word in enumerate(_TO_TWENTY.split())} | {
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "hundred": 100.0,
    "dozen": 12.0,
}
_NUMBER: Final = re.compile(
    rf"(?P<currency>[$€£])?(?P<number>(?<!\w)\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<!\w)\d+(?:\.\d+)?|\b(?:{'|'.join(_WORDS)})\b)"
    r"(?P<thousand>k\b)?\s*(?P<percent>%)?",
    re.IGNORECASE,
)
_CALENDAR: Final = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}(?:st|nd|rd|th)\b|\d[/:-]\d|\b(?:january|february|march|april|may|june|july|"
    r"august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(r"\b(?:about|around|roughly|nearly|almost|over|under|exactly|only|just|a|the|of)\b")
_CURRENCIES: Final = {"$": "dollar", "€": "euro", "£": "pound"}


def quantity(tail: str) -> tuple[float, str] | None:
    """Return the one number of a tail and what is said besides it, singular; None for none, several, or dates."""
    if _CALENDAR.search(tail):
        return None
    found = list(_NUMBER.finditer(tail))
    if len(found) != 1:
        return None
    match = found[0]
    digits = match["number"].replace(",", "").casefold()
    value = _WORDS[digits] if digits in _WORDS else float(digits)
    if match["thousand"]:
        value *= 1000
    rest = _ABOUT.sub(" ", f"{tail[: match.start()]} {tail[match.end() :]}".casefold())
    currency = _CURRENCIES.get(match["currency"] or "", "percent" if match["percent"] else "")
    words = [
        word[:-1] if len(word) > 3 and word.endswith("s") else word for word in (*currency.split(), *rest.split())
    ]
    unit = " ".join(words).strip(" .,!")
    return (value, unit) if unit else None
