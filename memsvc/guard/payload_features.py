"""Pieces of a text and what they show of an instruction to an agent, as numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.payload_words import SORT_OF, SORT_OF_PAIR, SORTS
from memsvc.guard.words import BREAK, PAUSE, Words, cut

__all__ = ["FEATURES", "HASHED", "NAMES", "Pieces", "read_pieces"]

HASHED = 1 << 14
"""How many features are hashes of words and of two words in a row; the named ones follow."""

_SIGNS = {
    "role marker": r"(?im)^[^\w\n]*(?:system|developer|tool|instruction|admin)\b[^\n\w]{0,3}[:>\]]"
    r"|<\|\w+\|>|\[/?INST\]",
    "web address": r"(?i)\bhttps?://|\bwww\.\w",
    "mail address": r"\w@[\w-]+\.\w{2,}",
    "encoded text": r"[A-Za-z0-9+/_-]{32,}={0,2}",
    "call": r"\w\([^)\n]{0,80}\)|\b[A-Z][a-z]+\[[^\]\n]{0,80}\]",
    "quoted words": r"[\"“‘`][^\"”’`\n]{3,60}[\"”’`]",
    "hidden image or link": r"!\[[^\]\n]{0,80}\]\(|<img\b|\]\(https?:",
    "comment or tag": r"<!--|</?(?:system|instruction|important|memory|prompt|secret)\w*>",
}
_NEEDED = {"web address": ("://", "www."), "mail address": ("@",), "call": ("(", "["), "comment or tag": ("<",)}
"""Signs that no lower-cased text has without one of these: most have none, and a search costs much more."""
_PATTERNS = [(re.compile(pattern), _NEEDED.get(name, ("",))) for name, pattern in _SIGNS.items()]

_SORTS = len(SORTS)
NAMES = (
    *SORTS,
    *(f"{before} + {after}" for before in SORTS for after in SORTS),
    *(f"starts with {sort}" for sort in SORTS),
    *_SIGNS,
)
"""What the named features stand for: sorts of words, two in this order, the first word's, and signs."""
FEATURES = HASHED + len(NAMES)

_SHORTEST = 3
_LONGEST = 40
_STRIDE = 20
_SPEAKERS = frozenset({"user", "assistant"})
"""Labels of turns: a sentence starts after them."""
_OPEN_PAIRS = frozenset(pair.split()[0] for pair in SORT_OF_PAIR)
_POLITE = frozenset({"please", "kindly", "so", "then", "and", "also", "just", "now"})


@dataclass(frozen=True, slots=True)
class Pieces:
    """The sentences of a text, short ones also with the next, long ones in parts of forty words.

    `ranges` are half-open ranges of words, `spans` of characters, one row a piece; `singles` and `pairs` are the
    hashes of each word and of each two in a row; `named` tells which named features a piece has.
    """

    ranges: NDArray[np.int64]
    spans: NDArray[np.int64]
    singles: NDArray[np.int64]
    pairs: NDArray[np.int64]
    named: NDArray[np.bool_]


def read_pieces(text: str | Words) -> Pieces | None:
    """Return the pieces that cover all sentences of at least three words, or None if there is none."""
    words = cut(text) if isinstance(text, str) else text
    ranges = np.array(_ranges(words), np.int64)
    if not len(ranges):
        return None
    encoded = [word.encode() for word in words.lowered]
    hashes = [crc32(word) for word in encoded]
    singles = np.array(hashes) % HASHED
    pairs = np.array([crc32(b" " + b, a) for a, b in zip(hashes, encoded[1:], strict=False)]) % HASHED
    spans = np.stack(
        (np.array(words.starts)[ranges[:, 0]], np.array(words.ends)[ranges[:, 1] - 1]),
        axis=1,
    )
    named = np.concatenate((_sort_features(words.lowered, ranges), _sign_features(words.text, spans)), axis=1)
    return Pieces(ranges, spans, singles, pairs, named)


def _ranges(words: Words) -> list[tuple[int, int]]:
    bounds = [*np.flatnonzero(words.marks == BREAK).tolist(), len(words.texts)]
    found = []
    for place in range(len(bounds) - 1):
        first, last = bounds[place], bounds[place + 1]
        if last - first > 1 and words.texts[first] in _SPEAKERS and words.marks[first + 1] == PAUSE:
            first += 1
        found += [(at, min(at + _LONGEST, last)) for at in range(first, max(first + 1, last - _STRIDE), _STRIDE)]
        if place + 2 < len(bounds) and bounds[place + 2] - first <= _LONGEST:
            found.append((first, bounds[place + 2]))
    return [(first, last) for first, last in found if last - first >= _SHORTEST]


def _sort_features(lowered: list[str], ranges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which sorts are in each piece, which come before which, and which one opens it."""
    sorts = [SORT_OF.get(word, -1) for word in lowered]
    for place, (word, following) in enumerate(pairwise(lowered)):
        if word in _OPEN_PAIRS:
            sorts[place] = SORT_OF_PAIR.get(f"{word} {following}", sorts[place])
    firsts, lasts = _first_and_last(np.array(sorts), ranges)
    opening = np.zeros((len(ranges), _SORTS), np.bool_)
    for row, (first, last) in enumerate(ranges.tolist()):
        while first < last - 1 and lowered[first] in _POLITE:
            first += 1
        if sorts[first] >= 0:
            opening[row, sorts[first]] = True
    ordered = firsts[:, :, None] < lasts[:, None, :]
    return np.concatenate((lasts >= 0, ordered.reshape(len(ranges), -1), opening), axis=1)


def _first_and_last(
    sorts: NDArray[np.int64], ranges: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each sort is first and last in each piece; beyond the text, and -1, where it is not."""
    places = np.flatnonzero(sorts >= 0)
    low, high = np.searchsorted(places, ranges.T)
    counts = high - low
    rows = np.repeat(np.arange(len(ranges)), counts)
    within = np.arange(len(rows)) + np.repeat(low - np.cumsum(counts) + counts, counts)
    at = places[within]
    firsts = np.full((len(ranges), _SORTS), len(sorts))
    lasts = np.full((len(ranges), _SORTS), -1)
    np.minimum.at(firsts, (rows, sorts[at]), at)
    np.maximum.at(lasts, (rows, sorts[at]), at)
    return firsts, lasts


def _sign_features(text: str, spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which signs start in each piece, or right before it."""
    found = np.zeros((len(spans), len(_PATTERNS)), np.bool_)
    lowered = text.lower()
    for number, (pattern, needed) in enumerate(_PATTERNS):
        if not any(sign in lowered for sign in needed):
            continue
        if starts := [match.start() for match in pattern.finditer(text)]:
            first, beyond = np.searchsorted(starts, (spans[:, 0] - 5, spans[:, 1]))
            found[:, number] = first < beyond
    return found
