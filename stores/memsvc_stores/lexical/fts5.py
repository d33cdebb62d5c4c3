"""The lexical index of SQLite: FTS5 as an inverted index, read through its vocabulary.

FTS5's own bm25() is not used: its statistics are those of all namespaces. A term is written once into each column
whose names add up to how often it stands in the document (user + 256 * other), so that the index has one entry
for most terms, and SQLite can add row and column to one number per entry.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from memsvc.ports.ranking import Ranked, Rows
from memsvc_stores.lexical.analysis import Analyzer, LexicalDocument
from memsvc_stores.lexical.ddl import FTS5_COLUMNS
from memsvc_stores.lexical.querying import fetch
from memsvc_stores.lexical.scoring import CorpusStats, rank
from memsvc_stores.lexical.terms import namespace_prefix, query_terms

__all__ = ["Fts5Lexical"]

_FIELD_BITS = 8
_COLUMNS = ", ".join(f'"{name}"' for name in FTS5_COLUMNS)
_INSERT = f"INSERT INTO lexical (rowid, {_COLUMNS}) VALUES (?{', ?' * len(FTS5_COLUMNS)})"  # noqa: S608
_DELETE = (
    "DELETE FROM lexical WHERE rowid IN (SELECT value FROM json_each(?)) "  # noqa: S608
    f"AND coalesce(substr(coalesce({_COLUMNS}), 1, ?), ?) = ?"
)
_POSTINGS = (
    "SELECT (SELECT group_concat(doc * 65536 + col) FROM lexical_terms WHERE term = asked.value) "
    "FROM json_each(?) AS asked"
)
_LENGTHS = (
    "SELECT notes.row, notes.user_words, notes.other_words FROM json_each(?) AS asked "
    "CROSS JOIN notes ON notes.row = asked.value WHERE notes.namespace_id = ?"
)
_VISIBLE = " AND notes.status IN ('active', 'limited')"


class Fts5Lexical:
    """Exact BM25 over FTS5; holds no state but its analyzer."""

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        self.analyzer = analyzer or Analyzer()

    def add(
        self, connection: Connection, namespace_row: int, documents: Sequence[tuple[int, LexicalDocument]]
    ) -> None:
        """Index notes that are not indexed yet."""
        prefix = namespace_prefix(namespace_row)
        rows = [(row, *_columns(document, prefix)) for row, document in documents]
        if rows:
            connection.exec_driver_sql(_INSERT, rows)

    def remove(self, connection: Connection, namespace_row: int, note_rows: Sequence[int]) -> None:
        """Drop notes of the namespace from the index, also those without terms; bytes go with `compact`."""
        prefix = namespace_prefix(namespace_row)
        connection.exec_driver_sql(_DELETE, (json.dumps(list(note_rows)), len(prefix), prefix, prefix))

    def search(
        self,
        connection: Connection,
        namespace_row: int,
        text: str,
        *,
        limit: int,
        allowed: Rows | None,
        stats: CorpusStats,
    ) -> dict[str, Ranked]:
        """Return the best notes per arm; `allowed` (sorted) None means the visible ones."""
        terms = query_terms(namespace_row, self.analyzer.analyse(text))
        lists = fetch(connection, _POSTINGS, (json.dumps(terms),))
        query = _LENGTHS + (_VISIBLE if allowed is None else "")

        def lengths(rows: Rows) -> Sequence[tuple[int, ...]]:
            return fetch(connection, query, (json.dumps(rows.tolist()), namespace_row))

        packed = [np.fromstring(joined or "", np.int64, sep=",") for (joined,) in lists]
        return rank(packed, stats=stats, limit=limit, allowed=allowed, lengths=lengths)

    def compact(self, connection: Connection) -> None:
        """Merge the index into one segment, without the terms of removed notes."""
        connection.exec_driver_sql("INSERT INTO lexical (lexical) VALUES ('optimize')")


def _columns(document: LexicalDocument, prefix: str) -> list[str | None]:
    columns: list[str | None] = []
    for terms in (document.user_terms, document.other_terms):
        bits: list[list[str]] = [[] for _ in range(_FIELD_BITS)]
        for term, count in Counter(terms).items():
            stored = prefix + term
            for bit in range(count.bit_length()):
                if count >> bit & 1:
                    bits[bit].append(stored)
        columns.extend(" ".join(held) or None for held in bits)
    return columns
