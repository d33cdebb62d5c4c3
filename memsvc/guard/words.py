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

_TOKEN = re.compile(r"([^\W_]+(?:['’][^\W_]+)*)|([.!?](?=[\s\"'”’)*]|$)|[\n\r])|[^\w\s]|_")
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
    words = Words([], [], [], [])
    mark = BREAK
    for match in _TOKEN.finditer(text):
        if match.lastindex == 1:
            words.texts.append(match[1])
            words.starts.append(match.start())
            words.ends.append(match.end())
            words.marks.append(mark)
            mark = -1
        elif match.lastindex == 2:
            mark = BREAK
        elif mark != BREAK:
            mark = PAUSE
    return words


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
