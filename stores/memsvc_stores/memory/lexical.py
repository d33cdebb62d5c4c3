"""BM25 by the book, over every note: slow, and so plain that the indexes of databases are tested against it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from memsvc.ports.ranking import Ranked
from memsvc_stores.lexical import LexicalDocument

__all__ = ["Terms", "WordCounts", "counts_of", "rank"]

_K1 = 1.2
_B = 0.75


@dataclass(frozen=True, slots=True)
class Terms:
    """How often each term stands in a text, and how many terms there are in total."""

    counts: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class WordCounts:
    """The terms of a note: of the user's words, and of all words."""

    user: Terms
    all: Terms


def counts_of(document: LexicalDocument) -> WordCounts:
    both = document.user_terms + document.other_terms
    return WordCounts(
        user=Terms(Counter(document.user_terms), len(document.user_terms)), all=Terms(Counter(both), len(both))
    )


def rank(query: Sequence[str], documents: Mapping[int, Terms], *, allowed: Collection[int], limit: int) -> Ranked:
    """Return the best documents by row; statistics are of all documents, results only of allowed rows."""
    average = max(sum(terms.total for terms in documents.values()), 1) / max(len(documents), 1)
    scores: defaultdict[int, float] = defaultdict(float)
    for term in set(query):
        having = [row for row, terms in documents.items() if term in terms.counts]
        idf = math.log(1 + (len(documents) - len(having) + 0.5) / (len(having) + 0.5))
        for row in set(allowed).intersection(having):
            count, total = documents[row].counts[term], documents[row].total
            scores[row] += idf * (_K1 + 1) * count / (count + _K1 * (1 - _B + _B * total / average))
    best = sorted(scores.items(), key=lambda item: (-np.float32(item[1]), item[0]))[:limit]
    return Ranked(np.array([row for row, _ in best], np.int64), np.array([s for _, s in best], np.float32))
