"""Numbers, months and weekdays as they are written, and the patterns that find them."""

from __future__ import annotations

from typing import Final

__all__ = [
    "COUNT",
    "LAST",
    "MONTH",
    "MONTHS",
    "MONTH_ANY_CASE",
    "WEEKDAY",
    "YEAR",
    "count_of",
    "month_number",
    "weekday_number",
]

_NUMBERS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
# How many "a few" may be, the fewest and the most.
_VAGUE: Final = {"couple": (2, 2), "few": (2, 5), "several": (3, 7)}
MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

COUNT: Final = rf"(?:[0-9]{{1,3}}|(?:a\s+)?(?:couple(?:\s+of)?|few)|several|an?|{'|'.join(_NUMBERS)})"
WEEKDAY: Final = rf"(?:{'|'.join(_WEEKDAYS)})"
# What makes the name of a time the one just gone.
LAST: Final = "last|(?:this )?past|previous"
YEAR: Final = r"(?:19|20)[0-9]{2}"
_UNMISTAKABLE: Final = (
    r"january|jan\.?|february|feb\.?|april|apr\.?|june|jun\.?|july|jul\.?|august|aug\.?|september|sept?\.?|"
    r"october|oct\.?|november|nov\.?|december|dec\.?"
)
# "march" and "may" in small letters are mostly verbs.
MONTH: Final = rf"(?:{_UNMISTAKABLE}|(?-i:March|Mar\.?|May|MARCH|MAY))"
MONTH_ANY_CASE: Final = rf"(?:{_UNMISTAKABLE}|march|mar\.?|may)"


def count_of(text: str) -> tuple[int, int]:
    """Return the fewest and the most that a count in words or digits may mean."""
    for word, bounds in _VAGUE.items():
        if word in text.lower():
            return bounds
    word = text.lower()
    if word in ("a", "an"):
        return 1, 1
    number = _NUMBERS.index(word) + 1 if word in _NUMBERS else int(word)
    return number, number


def month_number(text: str) -> int:
    """Return 1 to 12 for the name of a month or the first three letters of it."""
    start = text.lower()[:3]
    return next(number for number, name in enumerate(MONTHS, start=1) if name.startswith(start))


def weekday_number(text: str) -> int:
    """Return 0 for Monday to 6 for Sunday."""
    return _WEEKDAYS.index(text.lower())
