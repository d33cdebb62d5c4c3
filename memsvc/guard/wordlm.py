"""A word bigram model that finds stretches of words which nobody would write one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.findings import NOTHING_FOUND, Finding
from memsvc.guard.words import BREAK, CLASSES, PAUSE, Words, cut, shape

__all__ = ["Reading", "WordLm"]

_SCALE = 8.0
"""Bits are kept as eighths of a bit, in one byte."""
_EXPECTED = 13.5
_MOST = 19.0
_FOREIGN = 5.0
_AT_BREAK = 3.0
_AT_PAUSE = 2.0
_NAME_WORDS = 3
_NAME_DISCOUNT = 2.0
_SHORTEST = 3
_CODE_SIGNS = frozenset("_=/\\<>{}[]()@#$&|~^*")


class Reading:
    """A text for several detectors: it is cut and scored once, when the first of them asks."""

    def __init__(self, text: str, wordlm: WordLm) -> None:
        self.text = text
        self._wordlm = wordlm

    @cached_property
    def words(self) -> Words:
        return cut(self.text)

    @cached_property
    def bits(self) -> NDArray[np.float64]:
        """Return the bits of each word in its place, at most 19."""
        return self._wordlm.surprise(self.words)


@dataclass(frozen=True, slots=True)
class WordLm:
    """Bigram probabilities with Witten-Bell interpolation (Witten & Bell 1991), as bits.

    p(w | h) = (c(h w) + T(h) p(w)) / (N(h) + T(h)), T(h) the number of distinct words seen after h. Of the bigrams
    seen, the most telling are kept; any other costs backoff(h) + unigram(w) bits.
    """

    words: Mapping[str, int]
    foreign: frozenset[str]
    unigrams: NDArray[np.uint8]
    backoffs: NDArray[np.uint8]
    pairs: NDArray[np.uint64]
    pair_bits: NDArray[np.uint8]

    def bits(self, word: str) -> float:
        """Return the bits of one lower-case word without its context; a word that is not known costs the most."""
        found = self.words.get(word)
        return _MOST if found is None else float(self.unigrams[found]) / _SCALE

    def examine(self, text: str | Reading) -> Finding:
        """Return by how many bits the most surprising stretch of words exceeds what prose needs.

        The score is the greatest sum, over all stretches, of min(bits, 19) - 13.5 per word: a few very surprising
        words or many somewhat surprising ones. Ordinary words and signs in between count against it, for lists and
        line breaks explain some surprise.
        """
        reading = Reading(text, self) if isinstance(text, str) else text
        words = reading.words
        if len(words.texts) < _SHORTEST:
            return NOTHING_FOUND
        needed = _EXPECTED + _AT_BREAK * (words.marks == BREAK) + _AT_PAUSE * (words.marks == PAUSE)
        sums = np.concatenate(([0.0], np.cumsum(reading.bits - needed)))
        lowest = np.minimum.accumulate(sums)
        last = int(np.argmax(sums - lowest))
        score = float(sums[last] - lowest[last])
        if score <= 0.0:
            return NOTHING_FOUND
        first = int(np.flatnonzero(sums[: last + 1] == lowest[last])[-1])
        why = f"{last - first} words in a row with {score:.0f} bits more than prose needs"
        return Finding(score, (words.starts[first], words.ends[last - 1]), why)

    def surprise(self, words: Words) -> NDArray[np.float64]:
        """Return the bits of each word in its place, at most 19."""
        ids = self._identities(words)
        before = np.where(words.marks >= 0, words.marks, np.concatenate(([0], ids[:-1])))
        bits = self._pair(before, ids)
        foreign = np.array([word in self.foreign for word in words.lowered], np.bool_)
        bits[foreign] = np.minimum(bits[foreign], _FOREIGN)
        bits -= _NAME_DISCOUNT * _in_short_names(words)
        for place in np.flatnonzero((ids < len(CLASSES)) & ~foreign):
            if _beside_code(words.text, words.starts[place], words.ends[place]):
                bits[place] = min(bits[place], _EXPECTED)
        return np.minimum(bits, _MOST)

    def _identities(self, words: Words) -> NDArray[np.int64]:
        ids = np.array([self.words.get(word, -1) for word in words.lowered], np.int64)
        for place in np.flatnonzero(ids < 0):
            ids[place] = shape(words.texts[place])
        return ids

    def _pair(self, before: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.float64]:
        keys = before.astype(np.uint64) * np.uint64(len(self.unigrams)) + ids.astype(np.uint64)
        places = np.minimum(np.searchsorted(self.pairs, keys), len(self.pairs) - 1)
        bits = (self.backoffs[before].astype(np.float64) + self.unigrams[ids]) / _SCALE
        seen = self.pairs[places] == keys
        bits[seen] = self.pair_bits[places[seen]] / _SCALE
        return bits


def _in_short_names(words: Words) -> NDArray[np.bool_]:
    """Tell which words are in a run of at most three capitalised ones: a name, not a text set in capitals."""
    capital = np.array([False, *[word[0].isupper() for word in words.texts], False]).astype(np.int64)
    steps = np.diff(capital)
    first, last = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    short = last - first <= _NAME_WORDS
    bounds = np.zeros(len(words.texts) + 1, np.int64)
    bounds[first[short]] = 1
    bounds[last[short]] = -1
    found: NDArray[np.bool_] = (np.cumsum(bounds[:-1]) > 0) & (words.marks != BREAK)
    return found


def _beside_code(text: str, start: int, end: int) -> bool:
    """Tell whether a word touches a sign that joins words in code, paths and addresses."""
    if start and text[start - 1] in _CODE_SIGNS:
        return True
    if end >= len(text):
        return False
    return text[end] in _CODE_SIGNS or (text[end] in ".:" and text[end + 1 : end + 2].isalnum())
