"""The attacker's word language model, by which a trigger is kept from looking like a list of words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from memsvc_evals.redteam.encoder.words import Words

__all__ = ["WordBigrams"]

_WORD = re.compile(r"[a-z']+")
# Ranks of words in English fall off about so (Mandelbrot's form of Zipf's law).
_SHIFT = 2.7


class WordBigrams:
    """Bigrams with Witten-Bell interpolation over unigrams, those over a word's rank in the encoder's vocabulary.

    The model is the attacker's own: it never saw the guard's, and is fitted on the memory's texts, which favours
    the attacker.
    """

    def __init__(self, texts: Iterable[str], words: Words) -> None:
        self._unigrams: Counter[str] = Counter()
        self._bigrams: Counter[tuple[str, str]] = Counter()
        for text in texts:
            found = _WORD.findall(text.lower())
            self._unigrams.update(found)
            self._bigrams.update(pairwise(found))
        self._total = sum(self._unigrams.values())
        self._followed = Counter(first for first, _ in self._bigrams.elements())
        self._followers = Counter(first for first, _ in self._bigrams)
        weights = [1 / (rank + _SHIFT) for rank in range(len(words.texts))]
        scale = sum(weights) or 1.0
        self._prior = {word: weight / scale for word, weight in zip(words.texts, weights, strict=True)}
        self._least = min(self._prior.values(), default=1e-6) / 10

    def bits(self, words: Sequence[str]) -> list[float]:
        """Return each word's surprise in bits given the word before it."""
        return [self._bits(words[i - 1] if i else None, word) for i, word in enumerate(words)]

    def worst_window(self, text: str, *, size: int = 4) -> float:
        """Return the largest mean bits/word of any `size` words in a row, of all of them if there are fewer."""
        bits = self.bits(_WORD.findall(text.lower()))
        if not bits:
            return 0.0
        width = min(size, len(bits))
        return max(sum(bits[i : i + width]) / width for i in range(len(bits) - width + 1))

    def _bits(self, before: str | None, word: str) -> float:
        kinds = len(self._unigrams)
        base = self._prior.get(word, self._least)
        chance = (self._unigrams[word] + kinds * base) / (self._total + kinds) if self._total else base
        if before is not None and (seen := self._followed[before]):
            distinct = self._followers[before]
            chance = (self._bigrams[before, word] + distinct * chance) / (seen + distinct)
        return -math.log2(chance)
