"""The lexical index in memory: for tests, measurements and the in-memory store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from memsvc.ports.ranking import Ranked, Rows
from memsvc_stores.lexical.analysis import Analyzer, LexicalDocument
from memsvc_stores.lexical.scoring import CorpusStats, rank

__all__ = ["MemoryLexical"]


@dataclass(slots=True)
class _Namespace:
    """The documents by row, and by term the packed frequencies (user + 256 * other) by row."""

    documents: dict[int, LexicalDocument] = field(default_factory=dict)
    terms: defaultdict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))


class MemoryLexical:
    """Exact BM25 over dictionaries; not thread-safe."""

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        self.analyzer = analyzer or Analyzer()
        self._namespaces: defaultdict[int, _Namespace] = defaultdict(_Namespace)

    def add(self, namespace_row: int, documents: Sequence[tuple[int, LexicalDocument]]) -> None:
        """Index notes that are not indexed yet."""
        namespace = self._namespaces[namespace_row]
        for row, document in documents:
            namespace.documents[row] = document
            user, other = Counter(document.user_terms), Counter(document.other_terms)
            for term in user | other:
                namespace.terms[term][row] = user[term] + 256 * other[term]

    def remove(self, namespace_row: int, note_rows: Sequence[int]) -> None:
        """Drop notes of the namespace from the index."""
        namespace = self._namespaces[namespace_row]
        for row in note_rows:
            document = namespace.documents.pop(row, LexicalDocument((), ()))
            for term in {*document.user_terms, *document.other_terms}:
                del namespace.terms[term][row]
                if not namespace.terms[term]:
                    del namespace.terms[term]

    def search(
        self, namespace_row: int, text: str, *, limit: int, allowed: Rows | None, stats: CorpusStats
    ) -> dict[str, Ranked]:
        """Return the best notes per arm; `allowed` (sorted) None means all, since it knows no status."""
        namespace = self._namespaces[namespace_row]

        def lengths(rows: Rows) -> Sequence[tuple[int, ...]]:
            found = [(row, namespace.documents[row]) for row in rows.tolist()]
            return [(row, len(document.user_terms), len(document.other_terms)) for row, document in found]

        packed = [_packed(namespace.terms.get(term, {})) for term in sorted(set(self.analyzer.analyse(text)))]
        return rank(packed, stats=stats, limit=limit, allowed=allowed, lengths=lengths)

    def compact(self) -> None:
        """Do nothing: a removed note leaves nothing behind."""

    def stats(self, namespace_row: int) -> CorpusStats:
        """Return the statistics that `search` needs."""
        documents = self._namespaces[namespace_row].documents.values()
        user = sum(len(document.user_terms) for document in documents)
        other = sum(len(document.other_terms) for document in documents)
        return CorpusStats(len(documents), user, user + other)


def _packed(frequencies: dict[int, int]) -> NDArray[np.int64]:
    return np.array(sorted((row << 16) + counts for row, counts in frequencies.items()), np.int64)
