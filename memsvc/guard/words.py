"""How the guard's detectors cut a text into words."""

from __future__ import annotations

import re
from dataclasses import dataclass

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

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BREAKS = re.compile(r"[.!?][\s\"'”’)*]|[\n\r]")
_LAST_LATIN = "\u024f"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text with the marks between them, in order.

    `marks[i]` is what stands right before word i: BREAK (start, full stop, new line), PAUSE (any other sign) or -1
    (white space only).
    """

    texts: list[str]
    starts: list[int]
    ends: list[int]
    marks: list[int]


def cut(text: str) -> Words:
    """Return the words of a text; signs are kept as marks before the word that follows."""
    matches = list(_WORD.finditer(text))
    starts = [match.start() for match in matches]
    ends = [match.end() for match in matches]
    gaps = [text[end:start] for end, start in zip(ends, starts[1:], strict=False)]
    marks = [BREAK, *(-1 if gap == " " else _mark(gap) for gap in gaps)] if matches else []
    return Words([match[0] for match in matches], starts, ends, marks)


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
