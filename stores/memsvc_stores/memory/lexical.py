"""BM25 by a scan over the terms of every note."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from memsvc.ports.ranking import Ranked

__all__ = ["Postings", "postings", "rank"]

_K1 = 1.2
_B = 0.75
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Postings:
    """How often each term stands in the user's words and in all words of a note."""

    user: Mapping[str, int]
    all: Mapping[str, int]


def postings(user_text: str, other_text: str) -> Postings:
    user = Counter(_analyse(user_text))
    return Postings(user, user + Counter(_analyse(other_text)))


def _analyse(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def rank(text: str, documents: Mapping[int, Mapping[str, int]], *, allowed: Iterable[int], limit: int) -> Ranked:
    """Return the best documents by BM25; statistics are of all documents, results only of allowed rows."""
    lengths = {row: sum(terms.values()) for row, terms in documents.items()}
    average = sum(lengths.values()) / len(lengths) if lengths else 0.0
    scores: defaultdict[int, float] = defaultdict(float)
    permitted = set(allowed)
    for term in set(_analyse(text)):
        having = [row for row, terms in documents.items() if term in terms]
        idf = math.log(1 + (len(documents) - len(having) + 0.5) / (len(having) + 0.5))
        for row in permitted.intersection(having):
            count = documents[row][term]
            scores[row] += idf * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * lengths[row] / average))
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return Ranked(np.array([row for row, _ in best], np.int64), np.array([s for _, s in best], np.float32))
