"""Spans of capitalised words: most names of people, places, works and brands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from memsvc_retrieval.keys.stop_words import CALENDAR_WORDS, OPENING_WORDS

__all__ = ["Span", "capital_spans"]

_TITLE: Final = r"(?:(?:Dr|Mr|Mrs|Ms|Prof|St)\. )?"
_LINK: Final = "(?: (?:of(?: the)?|the|de|del|la|le|du|van|von|&))?"
_SPAN: Final = re.compile(
    rf"(?<![\w'’$]){_TITLE}(?:[A-Z][\w&.'’-]*[\w&+]|[A-Z])(?:{_LINK} (?:[A-Z0-9][\w&.'’-]*[\w&+]|[A-Z0-9]))*"
)
_OPENERS: Final = " \t\"'“‘([*_#>-•–—"
_POSSESSIVE: Final = re.compile(r"['’]s$")
_ORDINAL: Final = re.compile(r"\d+(?:st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a line; `opens` says that the first may be capital only because a sentence begins with it."""

    text: str
    opens: bool


def capital_spans(line: str) -> Iterator[Span]:
    """Yield the spans of a line in order, without words that stand for nothing at their ends."""
    for match in _SPAN.finditer(line):
        before = line[: match.start()].rstrip(_OPENERS)
        opens = not before or before[-1] in ":.!?"
        words = match[0].split(" ")
        kept = _trimmed(words)
        # "Seeing Tameca Jones live ..."
        if opens and len(kept) > 1 and kept[0].endswith("ing"):
            kept = kept[1:]
        text = _POSSESSIVE.sub("", " ".join(kept))
        if len(text) > 1:
            yield Span(text, opens=opens and kept[0] == words[0] and not text.isupper())


def _trimmed(words: list[str]) -> list[str]:
    first, last = 0, len(words)
    while first < last and (_is_empty(words[first]) or words[first][0].isdigit()):
        first += 1
    while last > first and (_is_empty(words[last - 1]) or _ORDINAL.fullmatch(words[last - 1])):
        last -= 1
    return words[first:last]


def _is_empty(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain in OPENING_WORDS or plain in CALENDAR_WORDS
