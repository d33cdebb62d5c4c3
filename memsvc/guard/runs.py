"""Rare runs of words that notes share although they speak of different things: the mark of a planted trigger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.wordlm import Reading, WordLm
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

_Gram: TypeAlias = tuple[str, ...]


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


class RareRuns:
    """Finds rare shared runs; how rare words are, the word model tells."""

    def __init__(self, wordlm: WordLm) -> None:
        self._wordlm = wordlm

    def rare_shingles(self, text: str | Reading) -> list[Shingle]:
        """Return the rarest shingles of a text, rarest first, at most 32; of equal ones the first."""
        reading = self._reading(text)
        words = reading.words
        if len(words.texts) < _SHINGLE:
            return []
        sums = _window_sums(self._bits(reading), _SHINGLE)
        rare = np.flatnonzero(sums >= _FLOOR)
        found: dict[_Gram, Shingle] = {}
        for place in rare[np.argsort(-sums[rare], kind="stable")].tolist():
            gram = tuple(words.lowered[place : place + _SHINGLE])
            if gram not in found:
                span = (words.starts[place], words.ends[place + _SHINGLE - 1])
                found[gram] = Shingle(_hash(gram), float(sums[place]), span)
                if len(found) == _KEPT:
                    break
        return list(found.values())

    def shared_run(self, text: str | Reading, others: Sequence[str]) -> Finding:
        """Return bits of the rarest shared run times the share of other words in what is left of the texts."""
        run = self.rarest(text, others)
        return NOTHING_FOUND if run is None else _finding(run, 1.0 - run.overlap)

    def rarest(self, text: str | Reading, others: Sequence[str]) -> SharedRun | None:
        """Return the rarest run that a text shares with others, or None where there is none but boilerplate.

        Boilerplate: a run that fills lines of its own, one of over sixteen words, three runs shared with one.
        """
        reading = self._reading(text)
        mine = reading.words
        if len(mine.texts) < _SHINGLE:
            return None
        bits, grams = self._bits(reading), _grams(mine)
        best: tuple[float, int, int] | None = None
        sharing: list[tuple[float, Words]] = []
        for other in map(cut, others):
            ranges = _shared_ranges(grams, set(_grams(other)))
            if not ranges or _is_template(mine, ranges):
                continue
            found = max(_rarest_part(bits, first, last) for first, last in ranges)
            sharing.append((found[0], other))
            best = found if best is None else max(best, found)
        if best is None:
            return None
        _, first, last = best
        run = set(grams[first : last - _SHINGLE + 1])
        partners = [
            other for _, other in sorted(sharing, key=lambda item: -item[0]) if not run.isdisjoint(_grams(other))
        ]
        rests = tuple(_without(other, run) for other in partners[:_PARTNERS])
        rest = _without(mine, run)
        overlap = float(np.mean([_overlap(rest, each) for each in rests])) if rests else 1.0
        return SharedRun(best[0], (mine.starts[first], mine.ends[last - 1]), overlap, rest, rests)

    @staticmethod
    def with_vectors(run: SharedRun, mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> Finding:
        """Return bits times one minus the mean cosine of the remainders (unit vectors, a row a partner)."""
        return _finding(run, 1.0 - float(np.mean(np.atleast_2d(theirs) @ mine)))

    def _reading(self, text: str | Reading) -> Reading:
        return Reading(text, self._wordlm) if isinstance(text, str) else text

    def _bits(self, reading: Reading) -> NDArray[np.float64]:
        """Return the bits of each word; names, numbers, and what follows a sign may recur for good reasons."""
        words = reading.words
        plain = words.marks >= 0
        plain |= [word[0].isupper() for word in words.texts]
        plain |= [word not in self._wordlm.words for word in words.lowered]
        return np.where(plain, np.minimum(reading.bits, _PLAIN_BITS), reading.bits)


def _finding(run: SharedRun, dissimilarity: float) -> Finding:
    share = min(1.0, max(0.0, dissimilarity))
    why = f"shares a run of {run.bits:.0f} bits with notes that have {share:.0%} other content"
    return Finding(run.bits * share, run.span, why)


def _grams(words: Words) -> list[_Gram]:
    low = words.lowered
    return list(zip(low, low[1:], low[2:], strict=False))


def _hash(gram: _Gram) -> int:
    return int.from_bytes(blake2b(" ".join(gram).encode(), digest_size=8).digest(), "little", signed=True)


def _window_sums(bits: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(bits)))
    return sums[width:] - sums[:-width]


def _shared_ranges(mine: list[_Gram], theirs: set[_Gram]) -> list[tuple[int, int]]:
    """Return the half-open ranges of words whose shingles are all among others."""
    found: list[tuple[int, int]] = []
    start = -1
    for place, gram in enumerate([*mine, None]):
        if gram in theirs:
            start = place if start < 0 else start
        elif start >= 0:
            found.append((start, place + _SHINGLE - 1))
            start = -1
    return found


def _is_template(mine: Words, ranges: list[tuple[int, int]]) -> bool:
    if len(ranges) >= _TEMPLATE_RUNS or any(last - first > _TEMPLATE_WORDS for first, last in ranges):
        return True
    return all(_fills_lines(mine, first, last) for first, last in ranges)


def _fills_lines(mine: Words, first: int, last: int) -> bool:
    """Tell whether a range of words starts a line and ends one, in a text of several lines."""
    before = mine.text[mine.ends[first - 1] : mine.starts[first]] if first else "\n"
    after = mine.text[mine.ends[last - 1] : mine.starts[last]] if last < len(mine.lowered) else "\n"
    return "\n" in before and "\n" in after and "\n" in mine.text.strip()


def _rarest_part(bits: NDArray[np.float64], first: int, last: int) -> tuple[float, int, int]:
    width = min(_LONGEST_RUN, last - first)
    sums = _window_sums(bits[first:last], width)
    place = first + int(np.argmax(sums))
    return float(sums.max()), place, place + width


def _without(words: Words, run: set[_Gram]) -> str:
    """Return the words of a text that are in no shingle of a run."""
    kept = [True] * len(words.lowered)
    for place, gram in enumerate(_grams(words)):
        if gram in run:
            kept[place : place + _SHINGLE] = [False] * _SHINGLE
    return " ".join(word for word, keep in zip(words.texts, kept, strict=True) if keep)


def _overlap(mine: str, theirs: str) -> float:
    """Return the share of the smaller set of words that is in the other (1.0 where nothing is left)."""
    a, b = set(mine.lower().split()), set(theirs.lower().split())
    return len(a & b) / min(len(a), len(b)) if a and b else 1.0
