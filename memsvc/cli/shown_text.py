"""Stored text in HTML: escaped, ranges marked, and what cannot be seen made visible."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from html import escape
from typing import TypeAlias

__all__ = ["Range", "hidden_letters", "hidden_ranges", "marked"]

Range: TypeAlias = tuple[int, int]
_AROUND = 300
_WHOLE = 2000
_LEFT_OUT = "<i>[…]</i>"
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_KEPT = frozenset("\n\t")
_TAGS = range(0xE0020, 0xE007F)
_TAG_OF = 0xE0000


def marked(text: str, ranges: Iterable[Range]) -> str:
    """Return the text as HTML, `ranges` (half-open, of characters) in <mark>.

    Of a long text only what stands around them is shown, or its beginning when there are none.
    """
    found = _joined(ranges, len(text))
    pieces, last = [], 0
    for start, end in _shown(found, len(text)):
        pieces += [_LEFT_OUT if start > 0 else "", _marked_piece(text, found, start, end)]
        last = end
    return "".join(pieces) + (_LEFT_OUT if last < len(text) else "")


def hidden_letters(text: str) -> str:
    """Return what the tag characters in a text say, which nobody sees but a model may read."""
    return "".join(chr(ord(character) - _TAG_OF) for character in text if ord(character) in _TAGS)


def hidden_ranges(text: str) -> list[Range]:
    """Return where the characters are that cannot be seen."""
    return [(place, place + 1) for place, character in enumerate(text) if _is_hidden(character)]


def _is_hidden(character: str) -> bool:
    return character not in _KEPT and unicodedata.category(character) in _HIDDEN


def _joined(ranges: Iterable[Range], length: int) -> list[Range]:
    """Return the ranges within the text, in order, overlapping ones joined."""
    joined: list[Range] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif start < end:
            joined.append((start, end))
    return joined


def _shown(found: list[Range], length: int) -> list[Range]:
    if length <= _WHOLE:
        return [(0, length)]
    around = [(start - _AROUND, end + _AROUND) for start, end in found] or [(0, _WHOLE)]
    return _joined(around, length)


def _marked_piece(text: str, found: list[Range], start: int, end: int) -> str:
    pieces, at = [], start
    for first, last in found:
        if start <= first and last <= end:
            pieces += [_visible(text[at:first]), f"<mark>{_visible(text[first:last])}</mark>"]
            at = last
    return "".join([*pieces, _visible(text[at:end])])


def _visible(text: str) -> str:
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    for character in text:
        if _is_hidden(character):
            letter = hidden_letters(character)
            yield f"<b>U+{ord(character):04X}{' ' if letter else ''}{escape(letter)}</b>"
        else:
            yield escape(character)
