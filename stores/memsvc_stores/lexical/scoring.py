"""Exact BM25 over the postings of one namespace."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CorpusStats"]


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """Every indexed document of a namespace, whatever its status: how many, and their words in total.

    `user_words` and `all_words` (user and other) are the sums over the documents' term counts.
    """

    documents: int
    user_words: int
    all_words: int
