"""Rare runs of words that notes share although they speak of different things: the mark of a planted trigger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.wordlm import WordLm
from memsvc.guard.words import Words, cut

__all__ = ["RareRuns", "SharedRun", "Shingle"]

_SHINGLE = 3
_LONGEST_RUN = 8
_KEPT = 32
_FLOOR = 30.0
"""Bits under which three words in a row are too common to be worth an index entry."""
_PLAIN_BITS = 10.0
_TEMPLATE_WORDS = 16
_TEMPLATE_RUNS = 3
_PARTNERS = 2


@dataclass(frozen=True, slots=True)
class Shingle:
    """Three words in a row: a signed 64-bit hash of them, their bits, and where they are."""

    hash: int
    bits: float
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class SharedRun:
    """The rarest run of three to eight words that a text shares, and what is left of it and of two others."""

    bits: float
    span: tuple[int, int]
    overlap: float
    remainder: str = field(repr=False)
    partners: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Read:
    text: str
    words: Words
    lowered: list[str]
    grams: list[tuple[str, ...]]


class RareRuns:
    """Finds rare shared runs; how rare words are, the word model tells."""

    def __init__(self, wordlm: WordLm) -> None:
        self._wordlm = wordlm

    def rare_shingles(self, text: str) -> list[Shingle]:
        """Return the rarest shingles of a text, rarest first, at most 32; of equal ones the first."""
        read = _read(text)
        if not read.grams:
            return []
        sums = _window_sums(self._bits(read), _SHINGLE)
        found: dict[tuple[str, ...], Shingle] = {}
        for place in np.argsort(-sums, kind="stable"):
            if sums[place] < _FLOOR or len(found) == _KEPT:
                break
            gram = read.grams[place]
            if gram not in found:
                span = (read.words.starts[place], read.words.ends[place + _SHINGLE - 1])
                found[gram] = Shingle(_hash(gram), float(sums[place]), span)
        return list(found.values())

    def shared_run(self, text: str, others: Sequence[str]) -> Finding:
        """Return bits of the rarest shared run times the share of other words in what is left of the texts."""
        run = self.rarest(text, others)
        return NOTHING_FOUND if run is None else _finding(run, 1.0 - run.overlap)

    def rarest(self, text: str, others: Sequence[str]) -> SharedRun | None:
        """Return the rarest run that a text shares with others, or None where there is none but boilerplate.

        Boilerplate: a run that fills lines of its own, one of over sixteen words, three runs shared with one.
        """
        mine = _read(text)
        if not mine.grams:
            return None
        bits = self._bits(mine)
        best: tuple[float, int, int] | None = None
        sharing: list[tuple[float, _Read]] = []
        for other in map(_read, others):
            ranges = _shared_ranges(mine, other)
            if not ranges or _is_template(mine, ranges):
                continue
            found = max(_rarest_part(bits, first, last) for first, last in ranges)
            sharing.append((found[0], other))
            best = found if best is None else max(best, found)
        if best is None:
            return None
        _, first, last = best
        run = set(mine.grams[first : last - _SHINGLE + 1])
        partners = [other for _, other in sorted(sharing, key=lambda item: -item[0]) if run & set(other.grams)]
        rests = tuple(_without(other, run) for other in partners[:_PARTNERS])
        rest = _without(mine, run)
        overlap = float(np.mean([_overlap(rest, each) for each in rests])) if rests else 1.0
        return SharedRun(best[0], (mine.words.starts[first], mine.words.ends[last - 1]), overlap, rest, rests)

    @staticmethod
    def with_vectors(run: SharedRun, mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> Finding:
        """Return bits times one minus the mean cosine of the remainders (unit vectors, a row a partner)."""
        return _finding(run, 1.0 - float(np.mean(np.atleast_2d(theirs) @ mine)))

    def _bits(self, read: _Read) -> NDArray[np.float64]:
        """Return the bits of each word; names, numbers, and what follows a sign may recur for good reasons."""
        bits = self._wordlm.surprise(read.text, read.words)
        plain = [
            mark >= 0 or word[0].isupper() or low not in self._wordlm.words
            for word, low, mark in zip(read.words.texts, read.lowered, read.words.marks, strict=True)
        ]
        return np.where(plain, np.minimum(bits, _PLAIN_BITS), bits)


def _finding(run: SharedRun, dissimilarity: float) -> Finding:
    share = min(1.0, max(0.0, dissimilarity))
    why = f"shares a run of {run.bits:.0f} bits with notes that have {share:.0%} other content"
    return Finding(run.bits * share, run.span, why)


def _read(text: str) -> _Read:
    words = cut(text)
    lowered = [word.lower().replace("’", "'") for word in words.texts]
    return _Read(text, words, lowered, list(zip(lowered, lowered[1:], lowered[2:], strict=False)))


def _hash(gram: tuple[str, ...]) -> int:
    return int.from_bytes(blake2b(" ".join(gram).encode(), digest_size=8).digest(), "little", signed=True)


def _window_sums(bits: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(bits)))
    return sums[width:] - sums[:-width]


def _shared_ranges(mine: _Read, other: _Read) -> list[tuple[int, int]]:
    """Return the half-open ranges of words whose shingles all occur in the other text."""
    theirs = set(other.grams)
    found: list[tuple[int, int]] = []
    start = -1
    for place, gram in enumerate([*mine.grams, None]):
        if gram in theirs:
            start = place if start < 0 else start
        elif start >= 0:
            found.append((start, place + _SHINGLE - 1))
            start = -1
    return found


def _is_template(mine: _Read, ranges: list[tuple[int, int]]) -> bool:
    if len(ranges) >= _TEMPLATE_RUNS or any(last - first > _TEMPLATE_WORDS for first, last in ranges):
        return True
    return all(_fills_lines(mine, first, last) for first, last in ranges)


def _fills_lines(mine: _Read, first: int, last: int) -> bool:
    """Tell whether a range of words starts a line and ends one, in a text of several lines."""
    before = mine.text[mine.words.ends[first - 1] : mine.words.starts[first]] if first else "\n"
    after = mine.text[mine.words.ends[last - 1] : mine.words.starts[last]] if last < len(mine.lowered) else "\n"
    return "\n" in before and "\n" in after and "\n" in mine.text.strip()


def _rarest_part(bits: NDArray[np.float64], first: int, last: int) -> tuple[float, int, int]:
    width = min(_LONGEST_RUN, last - first)
    sums = _window_sums(bits[first:last], width)
    place = first + int(np.argmax(sums))
    return float(sums.max()), place, place + width


def _without(read: _Read, run: set[tuple[str, ...]]) -> str:
    """Return the words of a text that are in no shingle of a run."""
    kept = [True] * len(read.lowered)
    for place, gram in enumerate(read.grams):
        if gram in run:
            kept[place : place + _SHINGLE] = [False] * _SHINGLE
    return " ".join(word for word, keep in zip(read.words.texts, kept, strict=True) if keep)


def _overlap(mine: str, theirs: str) -> float:
    """Return the share of the smaller set of words that is in the other (1.0 where nothing is left)."""
    a, b = set(mine.lower().split()), set(theirs.lower().split())
    return len(a & b) / min(len(a), len(b)) if a and b else 1.0
