"""The three lexical indexes behind one face, each with the notes table that it joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection

from memsvc.ports.ranking import Ranked
from memsvc_stores.lexical import (
    Analyzer,
    CorpusStats,
    Fts5Lexical,
    LexicalDocument,
    MemoryLexical,
    TsvectorLexical,
)

__all__ = ["NOTES_DDL", "Index", "scores"]

NOTES_DDL = (
    "CREATE TABLE notes (row bigint PRIMARY KEY, namespace_id bigint NOT NULL, status text NOT NULL, "
    "user_words int NOT NULL, other_words int NOT NULL)"
)


class Index:
    """An index with notes; `texts` are (user's words, others' words) by row."""

    def __init__(
        self,
        analyzer: Analyzer,
        lexical: Fts5Lexical | TsvectorLexical | None = None,
        connection: Connection | None = None,
    ) -> None:
        self.analyzer = analyzer
        self._memory = MemoryLexical(analyzer)
        self._lexical = lexical
        self._connection = connection

    def add(self, texts: Mapping[int, tuple[str, str]], *, namespace: int = 1, status: str = "active") -> None:
        documents = [(row, self.analyzer.prepare(*text)) for row, text in texts.items()]
        self._memory.add(namespace, documents)
        if self._lexical and self._connection:
            for row, document in documents:
                self._note(row, namespace, status, document)
            self._lexical.add(self._connection, namespace, documents)

    def _note(self, row: int, namespace: int, status: str, document: LexicalDocument) -> None:
        assert self._connection
        words = f"{len(document.user_terms)}, {len(document.other_terms)}"
        self._connection.exec_driver_sql(f"INSERT INTO notes VALUES ({row}, {namespace}, '{status}', {words})")

    def remove(self, rows: Sequence[int], *, namespace: int = 1) -> None:
        self._memory.remove(namespace, rows)
        if self._lexical and self._connection:
            self._lexical.remove(self._connection, namespace, rows)

    def search(
        self, text: str, *, namespace: int = 1, limit: int = 100, allowed: Sequence[int] | None = None
    ) -> dict[str, Ranked]:
        rows = None if allowed is None else np.array(allowed, np.int64)
        stats = self.stats(namespace)
        if self._lexical and self._connection:
            return self._lexical.search(self._connection, namespace, text, limit=limit, allowed=rows, stats=stats)
        return self._memory.search(namespace, text, limit=limit, allowed=rows, stats=stats)

    def stats(self, namespace: int = 1) -> CorpusStats:
        return self._memory.stats(namespace)


def scores(ranked: Ranked) -> dict[int, float]:
    """Return the scores by row."""
    return dict(zip(ranked.rows.tolist(), ranked.scores.tolist(), strict=True))
