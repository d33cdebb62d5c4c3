"""Fit the word bigram model of the guard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from memsvc.guard.words import CLASSES, cut, shape

__all__ = ["fit"]

_LEAST_COUNT = 3
_LEAST_SOURCES = 2
_LONGEST_WORD = 23
_MOST_WORDS = 45_000
_MOST_PAIRS = 400_000
_SCALE = 8.0
_MARKS = 2
_FREQUENT_BITS = 13.0
_CLASS_BITS = {"<number>": 2, "<mixed>": 4, "<lower>": 10, "<capital>": 8, "<upper>": 6, "<accented>": 2}
"""Bits over a class's own for one word of it: what it would take to tell which word it is, about."""


def fit(sources: Sequence[Sequence[str]], foreign: Iterable[str]) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a model of texts grouped by source; a word must occur in two sources."""
    cuts = [[cut(text) for text in texts] for texts in sources]
    counts: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for group in cuts:
        words = [_plain(word) for text in group for word in text.texts if not word.isdigit()]
        counts.update(words)
        spread.update(set(words))
    known = [
        word
        for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= _LEAST_COUNT and spread[word] >= _LEAST_SOURCES and len(word) <= _LONGEST_WORD
    ][:_MOST_WORDS]
    places = {word: place for place, word in enumerate(known, len(CLASSES))}
    size = len(known) + len(CLASSES)
    unigrams = np.zeros(size)
    keys = []
    for text in (text for group in cuts for text in group):
        ids = _ids(text.texts, text.marks, places)
        np.add.at(unigrams, ids, 1.0)
        keys.append(ids[:-1] * size + ids[1:])
    arrays = _arrays(unigrams, *np.unique(np.concatenate(keys), return_counts=True))
    frequent = {
        word for word, place in places.items() if arrays["wordlm/unigrams"][place] <= _FREQUENT_BITS * _SCALE
    }
    strange = sorted(word for word in set(foreign) - frequent)
    return {**arrays, "wordlm/words": _packed(known), "wordlm/foreign": _packed(strange)}


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _ids(texts: Sequence[str], marks: Sequence[int], places: dict[str, int]) -> NDArray[np.int64]:
    ids = []
    for word, mark in zip(texts, marks, strict=True):
        if mark >= 0:
            ids.append(mark)
        ids.append(places.get(_plain(word), -1))
        if ids[-1] < 0:
            ids[-1] = shape(word)
    return np.array(ids, np.int64)


def _arrays(
    unigrams: NDArray[np.float64], keys: NDArray[np.int64], counts: NDArray[np.int64]
) -> dict[str, NDArray]:
    size = len(unigrams)
    before, after = np.divmod(keys, size)
    scored = after >= _MARKS
    keys, counts, before, after = keys[scored], counts[scored], before[scored], after[scored]
    chance = unigrams + 0.5
    chance[:_MARKS] = 1.0
    chance /= chance.sum()
    total = np.maximum(np.bincount(before, counts, size), 1)
    followers = np.maximum(np.bincount(before, minlength=size), 1)
    pair_bits = -np.log2((counts + followers[before] * chance[after]) / (total[before] + followers[before]))
    backoff_bits = np.log2((total + followers) / followers)
    unigram_bits = -np.log2(chance)
    gain = (backoff_bits[before] + unigram_bits[after] - pair_bits) * counts
    kept = np.sort(np.argsort(-gain, kind="stable")[:_MOST_PAIRS])
    extra = np.array([_CLASS_BITS.get(name, 0) for name in CLASSES], np.float64)
    unigram_bits[: len(CLASSES)] += extra
    pair_bits += np.concatenate((extra, np.zeros(size - len(extra))))[after]
    return {
        "wordlm/unigrams": _eighths(unigram_bits),
        "wordlm/backoffs": _eighths(backoff_bits),
        "wordlm/pair_steps": np.diff(keys[kept], prepend=0).astype(np.uint32),
        "wordlm/pair_bits": _eighths(pair_bits[kept]),
    }


def _eighths(bits: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(bits * _SCALE), 0, 255).astype(np.uint8)


def _packed(words: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)
