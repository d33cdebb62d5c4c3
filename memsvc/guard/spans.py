"""Windows of about equally many word pieces, which an embedder weighs about alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["Pieces", "Range", "pieces_of", "without_marks"]

Range = tuple[int, int]

_MARKS: Final = r"[!-/:-@\[-`{-~\u2000-\u206f\u3000-\u303f\uff01-\uff0f]"
_RUN_OF_MARKS: Final = re.compile(rf"(?:{_MARKS}|\s)+")

# Roughly what WordPiece makes of a text: an English word is one piece, a hash or a word of another script many.
_PIECE: Final = re.compile(
    r"[A-Za-z]{1,12}|\d{1,3}"
    "|[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    rf"|(?:(?![A-Za-z])[^\W\d_]){{1,3}}|(?!{_MARKS})[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text's pieces as half-open ranges of characters."""

    ranges: tuple[Range, ...]

    def __len__(self) -> int:
        return len(self.ranges)

    def windows(self, width: int, *, stride: int) -> list[int]:
        """Return the first pieces of windows that cover the text, the last one flush with its end."""
        if not self.ranges:
            return []
        last = max(0, len(self.ranges) - width)
        starts = list(range(0, last + 1, stride))
        return starts if starts[-1] == last else [*starts, last]

    def range(self, start: int, width: int) -> Range:
        """Return the characters of `width` pieces from `start`, of fewer at the end of the text."""
        last = min(start + width, len(self.ranges)) - 1
        return self.ranges[start][0], self.ranges[last][1]


def pieces_of(text: str) -> Pieces:
    """Split a text into pieces; punctuation is none, as it would thin out the words of a window."""
    return Pieces(tuple(match.span() for match in _PIECE.finditer(text)))


def without_marks(text: str) -> str:
    """Return the words of a text with a space where punctuation or line breaks stood."""
    return _RUN_OF_MARKS.sub(" ", text).strip()
