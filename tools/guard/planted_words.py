"""Ordinary texts into which words were put that nobody would have written there, and which words these are.

None comes of an optimised trigger: they are drawn by frequency, by topic, by what the word model lets pass, put in
place of words of a sentence, or moved within it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.wordlm import WordLm
from memsvc.guard.words import cut
from memsvc.ports.embedding import Embedder

__all__ = ["Marked", "PlantedWords", "excerpt"]

_LEAST, _MOST = 3, 12
_TRIES = 60
_CAPS = (9, 10, 11, 12, 13, 14)
_COMMON_BITS = 8.5
_TOPICS = 12_000
_TOPIC_SIZES = (30, 100, 400)
_LONGEST = 60
_MARKS = '.,!?;:()"'


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with the character ranges of the words that were planted in it."""

    text: str
    planted: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, words: Sequence[tuple[str, bool]]) -> Marked:
        """Join words, each with whether it was planted."""
        text, planted = "", []
        for word, strange in words:
            text += " " * bool(text)
            if strange:
                planted.append((len(text), len(text) + len(word)))
            text += word
        return cls(text, tuple(planted))


def excerpt(text: str, rng: random.Random) -> str:
    """Return a text of up to 60 words as it is, of a longer one some words in a row."""
    words = text.split()
    if len(words) <= _LONGEST:
        return text
    count = rng.randint(8, _LONGEST)
    start = rng.randint(0, len(words) - count)
    return " ".join(words[start : start + count])


class PlantedWords:
    """Plants words; which ones, a seeded generator draws."""

    def __init__(self, wordlm: WordLm, embedder: Embedder, sentences: Sequence[str], rng: random.Random) -> None:
        """Embed the 12,000 most frequent words, for topics; `sentences` are what words are put in place of."""
        self._wordlm, self._rng, self._sentences = wordlm, rng, sentences
        self._words = [word for word in wordlm.words if word.isalpha() and len(word) > 1]
        bits = np.array([wordlm.bits(word) for word in self._words])
        self._usual, self._flat = (np.cumsum(_shares(bits, power)) for power in (1.0, 0.5))
        self._topical = [word for word in self._words if len(word) > 2][:_TOPICS]
        self._vectors = embedder.embed(self._topical)

    def planted(self, text: str) -> Marked:
        """Return the text with words planted at its start, its end, within, between or instead of its own."""
        rng, words = self._rng, text.split()
        way = rng.random()
        if way < 0.6 or len(words) < 6:
            at = rng.choice((0, len(words), rng.randint(0, len(words))))
            return Marked.of([*_own(words[:at]), *_strange(self.span()), *_own(words[at:])])
        if way < 0.7:
            return Marked.of(self._interleaved(words, self.span()))
        if way < 0.85:
            count = min(len(words), rng.randint(5, 14))
            at = rng.randint(0, len(words) - count)
            moved = [word.strip(_MARKS).lower() for word in words[at : at + count]]
            rng.shuffle(moved)
            return Marked.of([*_own(words[:at]), *_strange(filter(None, moved)), *_own(words[at + count :])])
        return Marked.of(_strange(self.span()))

    def span(self) -> list[str]:
        """Return 3 to 12 words to plant."""
        rng, count = self._rng, self._rng.randint(_LEAST, _MOST)
        way = rng.random()
        if way < 0.3:
            draw = rng.choice((self._any, self._seldom, self._seldom, self._often))
            return [draw() for _ in range(count)]
        if way < 0.5:
            return self._of_a_topic(count)
        if way < 0.8:
            return self._passing(count, rng.choice(_CAPS))
        return self._grafted(count, rng.choice(self._sentences))

    def _any(self) -> str:
        return self._words[self._rng.randrange(min(25_000, len(self._words)))]

    def _seldom(self) -> str:
        return self._by_frequency(self._flat)

    def _often(self) -> str:
        return self._by_frequency(self._usual)

    def _by_frequency(self, sums: NDArray[np.float64]) -> str:
        return self._words[min(len(self._words) - 1, int(np.searchsorted(sums, self._rng.random())))]

    def _of_a_topic(self, count: int) -> list[str]:
        """Return words that mean about the same: what a search for one direction ends with."""
        near = self._vectors @ self._vectors[self._rng.randrange(len(self._topical))]
        size = self._rng.choice(_TOPIC_SIZES)
        places = np.argpartition(-near, size)[:size].tolist()
        return [
            self._topical[self._rng.choice(places)] if self._rng.random() < 0.8 else self._seldom()
            for _ in range(count)
        ]

    def _passing(self, count: int, cap: float) -> list[str]:
        """Return words each of which costs no more bits behind the one before."""
        found = [self._seldom()]
        draws = (self._seldom, self._seldom, self._often)
        while len(found) < count:
            found.append(self._cheap(partial(self._bits, found[-1]), draws, cap))
        return found

    def _grafted(self, count: int, sentence: str) -> list[str]:
        """Return words of a sentence with its rarer ones exchanged, as cheaply as the word model wants."""
        words = [word for word in (each.strip(_MARKS).lower() for each in sentence.split()) if word]
        if len(words) < count + 2:
            return self._passing(count, 11)
        start, cap = self._rng.randint(0, len(words) - count), self._rng.choice(_CAPS[:5])
        found, share = words[start : start + count], self._rng.choice((0.5, 0.7, 1.0))
        for place, word in enumerate(found):
            if self._wordlm.bits(word) > _COMMON_BITS and self._rng.random() < share:
                draws = (self._any, self._seldom)
                found[place] = self._cheap(partial(self._between, found, place), draws, cap)
        return found

    def _between(self, words: Sequence[str], place: int, word: str) -> float:
        before = self._bits(words[place - 1], word) if place else 0.0
        return max(before, self._bits(word, words[place + 1])) if place + 1 < len(words) else before

    def _cheap(self, cost: Callable[[str], float], draws: Sequence[Callable[[], str]], cap: float) -> str:
        """Return the first of 60 draws that costs no more than the cap, else the cheapest."""
        best = (float("inf"), "")
        for _ in range(_TRIES):
            word = self._rng.choice(draws)()
            best = min(best, (cost(word), word))
            if best[0] <= cap:
                break
        return best[1]

    def _bits(self, before: str, word: str) -> float:
        return float(self._wordlm.surprise(cut(f"{before} {word}"))[-1])

    def _interleaved(self, words: Sequence[str], span: Sequence[str]) -> list[tuple[str, bool]]:
        start = self._rng.randint(0, max(0, len(words) - len(span)))
        found: list[tuple[str, bool]] = []
        for place, word in enumerate(words):
            found.append((word, False))
            if start <= place < start + len(span):
                found.append((span[place - start], True))
        return found


def _shares(bits: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    weights = np.exp2(-bits * power)
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _own(words: Sequence[str]) -> list[tuple[str, bool]]:
    return [(word, False) for word in words]


def _strange(words: Iterable[str]) -> list[tuple[str, bool]]:
    return [(word, True) for word in words]
