"""Characters that nobody sees: taken out, but for those that a script or an emoji needs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

__all__ = ["ASCII_CONTROLS", "HIDDEN", "SUSPECT", "strip_invisible"]

ASCII_CONTROLS: Final = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
"""Control characters of ASCII; tab and line ends are none here."""

HIDDEN: Final = frozenset({"tag", "override", "smuggled"})
"""Kinds that no honest text has: tag characters, changes of direction against the letters, and data that is
written in variation selectors."""

# Not the format characters that are seen: Arabic and Kaithi signs that stand over numbers.
SUSPECT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U00013438"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_NEW_LINES: Final = frozenset("\x0b\x0c\x85\u2028\u2029")
_OVERRIDES: Final = frozenset("\u202d\u202e")
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069")
_EMOJI: Final = re.compile(
    "[\xa9\xae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAPS: Final = frozenset("0123456789#*")
# England, Scotland and Wales: the only flags that are written in tag characters.
_FLAGS: Final = tuple(
    "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
# Scripts whose letters change shape where they join: Arabic and its kin, Mongolian, and those of India and its
# neighbours.
_JOINING: Final = re.compile(
    "[\u0620-\u06ff\u0700-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3\u1820-\u18aa"
    "\ua840-\ua873\ua8e0-\ua8ff\ufb50-\ufdfb\ufe70-\ufefc\U00010d00-\U00010d2f\U00011000-\U00011fff"
    "\U0001e900-\U0001e95f]"
)
_IDEOGRAPH: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LONGEST_RUN = 2


def strip_invisible(text: str) -> tuple[str, Counter[str]]:
    """Return the text without characters that nobody sees, and how many of which kind there were.

    Joiners stay between letters that join and inside emoji, variation selectors on emoji, and the three flags that
    are made of tags; form feeds and separators of lines become new lines.
    """
    removed: Counter[str] = Counter()
    out: list[str] = []
    at = selectors = 0
    for match in SUSPECT.finditer(text):
        start = match.start()
        if start < at:
            continue
        if start > at:
            out.append(text[at:start])
            selectors = 0
        sign, at = match[0], start + 1
        before = out[-1][-1] if out else ""
        after = text[at : at + 1]
        if sign in _NEW_LINES:
            out.append("\n")
            removed["control"] += 1
        elif before == "\U0001f3f4" and (flag := _flag(text, start)):
            out.append(flag)
            at = start + len(flag)
        elif _needed(sign, before, after):
            out.append(sign)
        else:
            selectors = selectors + 1 if _is_selector(sign) else 0
            removed[_kind(sign, before, run=selectors)] += 1
    out.append(text[at:])
    return "".join(out), removed


def _flag(text: str, start: int) -> str:
    return next((flag for flag in _FLAGS if text.startswith(flag, start)), "")


def _needed(sign: str, before: str, after: str) -> bool:
    if sign == "\u200d":
        in_emoji = (before == "\ufe0f" or _is(_EMOJI, before)) and _is(_EMOJI, after)
        return in_emoji or (_is(_JOINING, before) and _is(_JOINING, after))
    if sign == "\u200c":
        return _is(_JOINING, before) and _is(_JOINING, after)
    if sign in "\ufe0e\ufe0f":
        return _is(_EMOJI, before) or (before in _KEYCAPS and after == "\u20e3")
    return False


def _is(sort: re.Pattern[str], letter: str) -> bool:
    return bool(letter) and sort.match(letter) is not None


def _is_selector(sign: str) -> bool:
    return "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


def _kind(sign: str, before: str, *, run: int) -> str:
    """Return what a sign is; `run` counts variation selectors in a row, of which honest text has one."""
    if _is_selector(sign):
        stray = sign >= "\U000e0100" and not _is(_IDEOGRAPH, before)
        return "smuggled" if stray or run >= _LONGEST_RUN else "variation"
    if sign >= "\U000e0000":
        return "tag"
    if sign in _OVERRIDES:
        return "override"
    if sign in _BIDI:
        return "bidi"
    if sign == "\xad":
        return "soft_hyphen"
    return "control" if unicodedata.category(sign) == "Cc" else "zero_width"
