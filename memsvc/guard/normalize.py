"""One form of a text for people, models and detectors alike: nothing invisible, nothing in disguise."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from memsvc.guard.confusables import unconfused
from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.invisible import ASCII_CONTROLS, HIDDEN, SUSPECT, strip_invisible

__all__ = ["Normalised", "invisible_finding", "normalise", "normalised"]

_MOST_MARKS: Final = 30
# Whatever may be a combining mark, and in other scripts more than that.
_MAYBE_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u1fff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\uabff\ufb1e\ufe20-\ufe2f\uff9e\uff9f\U00010000-\U0001efff]"
    f"{{{_MOST_MARKS + 1},}}"
)
# No marks themselves, but NFKC makes marks of them.
_MARKS_IN_NFKC: Final = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")
# What texts of Latin letters with usual signs do not have; where there is none of these, only NFKC has work.
_UNUSUAL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u0300-\u1dff\u200b-\u200f\u2028-\u202e\u2060-\u206f\u20d0-\u20ff"
    "\u2c00-\u2dff\u302a-\u302f\u3099\u309a\u3164\ua640-\uabff\ufb1e\ufe00-\ufe2f\ufeff-\U0010ffff]"
)
_MOST_ROUNDS: Final = 4
_SUSPICIOUS_COUNT: Final = 5
_SUSPICIOUS: Final = 0.4


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in its one form; `removed` counts by kind what was taken out or replaced."""

    text: str = field(repr=False)
    removed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def normalised(text: str) -> str:
    """Return the one form of a text."""
    return text if _is_plain(text) else normalise(text).text


def normalise(text: str) -> Normalised:
    """Return the one form of a text, NFKC without what nobody sees and without disguised letters; doing it again
    changes nothing.

    ASCII text stays as it is but for control characters. No text gets more than 18 times as long, which is the
    longest expansion of NFKC. Runs of more than 30 combining marks are cut (UAX 15, stream-safe text): they would
    take quadratic time.
    """
    if _is_plain(text):
        return Normalised(text)
    removed: Counter[str] = Counter()
    for _ in range(_MOST_ROUNDS):
        before = text
        text = _one_round(text, removed)
        if text == before:
            break
    return Normalised(text, MappingProxyType(dict(removed)))


def invisible_finding(removed: Mapping[str, int]) -> Finding:
    """Say how suspicious it is what normalising has removed, from 0 (a soft hyphen) to 1 (hidden text)."""
    hidden = {kind: count for kind, count in removed.items() if kind in HIDDEN}
    if hidden:
        return Finding(1.0, None, f"{_counted(hidden)} taken out, which no honest text has")
    many = {kind: count for kind, count in removed.items() if kind == "zero_width" and count >= _SUSPICIOUS_COUNT}
    many |= {kind: count for kind, count in removed.items() if kind == "confusable"}
    if many:
        return Finding(_SUSPICIOUS, None, f"{_counted(many)} taken out or replaced")
    return NOTHING_FOUND


def _counted(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', '-')}" for kind, count in sorted(kinds.items()))


def _is_plain(text: str) -> bool:
    return text.isascii() and len(text.encode().translate(None, ASCII_CONTROLS)) == len(text)


def _one_round(text: str, removed: Counter[str]) -> str:
    unusual = _UNUSUAL.search(text) is not None
    if unusual:
        text = _seen(text, removed)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
        removed["compatibility"] += 1
        unusual = True
    if not unusual:
        return text
    text, confused = unconfused(text)
    if confused:
        removed["confusable"] += confused
    return text


def _seen(text: str, removed: Counter[str]) -> str:
    """Return what is seen of a text."""
    # First, for what is invisible may part marks that are one run without it.
    if SUSPECT.search(text) is not None:
        text, kinds = strip_invisible(text)
        removed.update(kinds)
    if (cut := _MAYBE_MARKS.sub(_few_marks, text)) != text:
        removed["marks"] += len(text) - len(cut)
        text = cut
    return text


def _few_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for letter in match[0]:
        marks = marks + 1 if unicodedata.combining(letter) or letter in _MARKS_IN_NFKC else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
