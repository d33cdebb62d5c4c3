"""How the guard's detectors cut a text into words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

__all__ = ["BREAK", "CLASSES", "PAUSE", "Words", "cut", "shape"]

CLASSES = (
    "<break>",
    "<pause>",
    "<number>",
    "<mixed>",
    "<lower>",
    "<capital>",
    "<upper>",
    "<accented>",
    "<script>",
)
"""What stands for a token that is not a word of the vocabulary: two marks, then words by their shape."""

BREAK, PAUSE = 0, 1
_NUMBER, _MIXED, _LOWER, _CAPITAL, _UPPER, _ACCENTED, _SCRIPT = range(2, len(CLASSES))

_WORD = re.compile(r"([^\W_]+(?:['’][^\W_]+)*)")
_BREAKS = re.compile(r"[.!?][\s\"'”’)*]|[\n\r]")
_LAST_LATIN = "\u024f"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text with the marks between them, in order.

    `lowered` are the words in lower case with straight apostrophes. `marks[i]` is what stands right before word i:
    BREAK (start, full stop, new line), PAUSE (any other sign) or -1 (white space only).
    """

    text: str = field(repr=False)
    texts: list[str] = field(repr=False)
    lowered: list[str] = field(repr=False)
    starts: list[int]
    ends: list[int]
    marks: NDArray[np.int64]


def cut(text: str) -> Words:
    """Return the words of a text; signs are kept as marks before the word that follows."""
    # Words and what is between them in turn, as finding them one by one would take three times as long.
    parts = _WORD.split(text)
    bounds = list(accumulate(map(len, parts)))
    texts, gaps = parts[1::2], parts[2:-1:2]
    lowered = [word.lower().replace("’", "'") for word in texts]
    mark_of = {gap: _mark(gap) for gap in set(gaps)}
    marks = np.array([BREAK, *map(mark_of.__getitem__, gaps)][: len(texts)], np.int64)
    return Words(text, texts, lowered, bounds[:-1:2], bounds[1::2], marks)


def _mark(gap: str) -> int:
    if _BREAKS.search(gap):
        return BREAK
    return -1 if gap.isspace() else PAUSE


def shape(word: str) -> int:
    """Return the class of a word that is not in the vocabulary, as an index of CLASSES."""
    if not word.isascii():
        return _SCRIPT if max(word) > _LAST_LATIN else _ACCENTED
    if word.isdigit():
        return _NUMBER
    if not word.replace("'", "").isalpha():
        return _MIXED
    if word.islower():
        return _LOWER
    return _CAPITAL if word[1:].islower() else _UPPER
