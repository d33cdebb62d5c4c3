"""Exact BM25 over the postings of one namespace, for both arms in one pass.

A posting tells how often a term stands in a document, but not the document's length, and lengths cost a look-up
each. So documents are first bounded from above by the shortest length that they can have, and lengths are only
looked up of those that can still be among the best.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Ranked, Rows

__all__ = ["CorpusStats", "Lengths", "Postings", "rank"]

_K1 = 1.2
_B = 0.75
_FIRST_LOOKUPS = 64
_ROUNDING = 1e-6

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.intp]
Lengths: TypeAlias = Callable[[Rows], Sequence[tuple[int, ...]]]
"""Returns (row, user words, other words) of those of the rows that may be found."""


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Every indexed document of a namespace, whatever its status: how many, and their words in total.

    `user_words` and `all_words` (user and other) are the sums over the documents' term counts.
    """

    documents: int
    user_words: int
    all_words: int


@dataclass(frozen=True, slots=True)
class Postings:
    """One entry for each pair of a term (by number) and a document that holds it, by term, then row.

    `user` and `other` tell how often the term stands in each field of the document.
    """

    terms: Indices
    rows: Rows
    user: NDArray[np.int64]
    other: NDArray[np.int64]

    @classmethod
    def unpack(cls, packed: Sequence[NDArray[np.int64]]) -> Postings:
        """Read each term's ascending values row << 16 | part; a row's parts add up to user + 256 * other."""
        terms = np.repeat(np.arange(len(packed)), [len(values) for values in packed])
        values = np.concatenate([np.empty(0, np.int64), *packed])
        rows = values >> 16
        starts = _changes(rows, terms)
        counts = np.add.reduceat(values & 0xFFFF, starts) if starts.size else values
        return cls(terms[starts], rows[starts], counts & 0xFF, counts >> 8)

    def among(self, allowed: Rows) -> Postings:
        """Return the entries of these documents (sorted rows)."""
        kept = np.flatnonzero(np.isin(self.rows, allowed))
        return Postings(self.terms[kept], self.rows[kept], self.user[kept], self.other[kept])


def rank(
    packed: Sequence[NDArray[np.int64]],
    *,
    stats: CorpusStats,
    limit: int,
    allowed: Rows | None,
    lengths: Lengths,
) -> dict[str, Ranked]:
    """Return the best documents of the arms lexical_user and lexical_all; only scores above 0.

    `packed` holds each term's values as `Postings.unpack` takes them. `allowed` (sorted) restricts the documents
    that are scored, never the statistics.
    """
    postings = Postings.unpack(packed)
    idf_all = _idf(postings.terms, len(packed), stats.documents)
    idf_user = _idf(postings.terms[postings.user > 0], len(packed), stats.documents)
    if allowed is not None:
        postings = postings.among(allowed)
    rows = np.sort(postings.rows)
    rows = rows[_changes(rows)]
    candidates = _Candidates(rows, lengths)
    user, either = np.zeros((2, len(packed), len(rows)))
    places = np.searchsorted(rows, postings.rows)
    user[postings.terms, places] = postings.user
    either[postings.terms, places] = postings.user + postings.other
    # The arm with more candidates comes first: a small namespace then needs one look-up for both.
    arm = _Arm(either, idf=idf_all, average=max(stats.all_words, 1) / max(stats.documents, 1), fields=2)
    best_all = _best(arm, candidates, limit=limit)
    arm = _Arm(user, idf=idf_user, average=max(stats.user_words, 1) / max(stats.documents, 1), fields=1)
    return {"lexical_user": _best(arm, candidates, limit=limit), "lexical_all": best_all}


def _changes(*columns: NDArray[np.int64]) -> Indices:
    """Return where any of the parallel columns has another value than the line before, the first line included."""
    changed = np.zeros(len(columns[0]), bool)
    changed[:1] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def _idf(terms: Indices, count: int, documents: int) -> list[float]:
    """Return the weight of each term, from one entry per document that holds it."""
    having = np.bincount(terms, minlength=count).tolist()
    return [math.log(1 + (max(documents, held) - held + 0.5) / (held + 0.5)) for held in having]


class _Candidates:
    """The documents that hold any of the terms; remembers the lengths that were looked up."""

    def __init__(self, rows: Rows, lengths: Lengths) -> None:
        self.rows = rows
        self._lengths = lengths
        self._known = np.zeros(len(rows), bool)
        self._words = np.full((2, len(rows)), -1, np.int64)

    def look_up(self, indices: Indices) -> tuple[Indices, NDArray[np.int64]]:
        """Return those that may be found, and the words of each field in them, shape (2, n)."""
        unknown = indices[~self._known[indices]]
        if unknown.size:
            self._known[unknown] = True
            found = np.array(self._lengths(np.sort(self.rows[unknown])), np.int64).reshape(-1, 3)
            self._words[:, np.searchsorted(self.rows, found[:, 0])] = found[:, 1:].T
        indices = indices[self._words[0, indices] >= 0]
        return indices, self._words[:, indices]


@dataclass(frozen=True, slots=True)
class _Arm:
    """Scores over the first `fields` fields; `frequencies` has one line per term, one column per candidate."""

    frequencies: Floats
    idf: Sequence[float]
    average: float
    fields: int

    def scores(self, indices: Indices, words: NDArray[np.int64]) -> Floats:
        return self._scores(self.frequencies[:, indices], words[: self.fields].sum(axis=0))

    def bounds(self) -> Floats:
        """Return what no document's score is above: a document is at least as long as its matches."""
        return self._scores(self.frequencies, self.frequencies.sum(axis=0)) * (1 + _ROUNDING)

    def _scores(self, frequencies: Floats, lengths: NDArray[np.int64] | Floats) -> Floats:
        norms = _K1 * (1 - _B) + (_K1 * _B / self.average) * lengths
        total = np.zeros(frequencies.shape[1])
        for idf, counts in zip(self.idf, frequencies, strict=True):
            total += idf * (_K1 + 1) * counts / (counts + norms)
        return total


def _best(arm: _Arm, candidates: _Candidates, *, limit: int) -> Ranked:
    """Return the best by exact score, looking up no more lengths than the bounds leave in doubt."""
    bounds = arm.bounds()
    left = np.flatnonzero(bounds > 0)
    indices, scores = np.empty(0, np.intp), np.empty(0, np.float32)
    size = max(2 * limit, _FIRST_LOOKUPS)
    while left.size:
        taken, left = _split(left, bounds, size)
        taken, words = candidates.look_up(taken)
        indices = np.concatenate([indices, taken])
        scores = np.concatenate([scores, arm.scores(taken, words).astype(np.float32)])
        if len(scores) > limit:
            left = left[bounds[left] >= np.partition(scores, -limit)[-limit]]
        size *= 4
    order = np.lexsort((indices, -scores))[:limit]
    return Ranked(candidates.rows[indices[order]], scores[order])


def _split(indices: Indices, bounds: Floats, size: int) -> tuple[Indices, Indices]:
    """Return the `size` candidates with the highest bounds, and the rest."""
    if len(indices) <= size:
        return indices, indices[:0]
    order = np.argpartition(-bounds[indices], size)
    return indices[order[:size]], indices[order[size:]]
