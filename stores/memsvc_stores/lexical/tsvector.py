"""The lexical index of PostgreSQL: tsvector and GIN as an inverted index.

ts_rank is not used: it knows no document frequencies. The positions of a lexeme are not places in the text but
how often it stands there: up to 255 in the user's field, 256 more in the other one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection

from memsvc.ports.ranking import Ranked, Rows
from memsvc_stores.lexical.analysis import Analyzer, LexicalDocument
from memsvc_stores.lexical.querying import fetch
from memsvc_stores.lexical.scoring import CorpusStats, rank
from memsvc_stores.lexical.terms import namespace_prefix, query_terms

__all__ = ["TsvectorLexical"]

_OTHER = 256
_INSERT = (
    "INSERT INTO lexical (note_row, namespace_id, terms) "
    "SELECT added.note_row, %s, added.terms::tsvector "
    "FROM unnest(%s::bigint[], %s::text[]) AS added (note_row, terms)"
)
_DELETE = "DELETE FROM lexical WHERE namespace_id = %s AND note_row = ANY(%s::bigint[])"
_POSTINGS = (
    "SELECT held.lexeme, string_agg((lexical.note_row * 65536 + CASE WHEN held.positions[1] >= 256 "
    "THEN (held.positions[1] - 256) * 256 "
    "ELSE held.positions[1] + (coalesce(held.positions[2], 256) - 256) * 256 END)::text, ',' "
    "ORDER BY lexical.note_row) "
    "FROM lexical CROSS JOIN LATERAL unnest(lexical.terms) AS held "
    "WHERE lexical.terms @@ %s::tsquery AND held.lexeme = ANY(%s::text[]) AND lexical.namespace_id = %s "
    "GROUP BY held.lexeme"
)
_LENGTHS = (
    "SELECT notes.row, notes.user_words, notes.other_words FROM notes "
    "WHERE notes.namespace_id = %s AND notes.row = ANY(%s::bigint[])"
)
_VISIBLE = " AND notes.status IN ('active', 'limited')"


class TsvectorLexical:
    """Exact BM25 over a GIN index; holds no state but its analyzer."""

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        self.analyzer = analyzer or Analyzer()

    def add(
        self, connection: Connection, namespace_row: int, documents: Sequence[tuple[int, LexicalDocument]]
    ) -> None:
        """Index notes that are not indexed yet."""
        prefix = namespace_prefix(namespace_row)
        rows = [row for row, _ in documents]
        vectors = [_vector(document, prefix) for _, document in documents]
        connection.exec_driver_sql(_INSERT, (namespace_row, rows, vectors))

    def remove(self, connection: Connection, namespace_row: int, note_rows: Sequence[int]) -> None:
        """Drop notes of the namespace from the index; their bytes go with a VACUUM."""
        connection.exec_driver_sql(_DELETE, (namespace_row, list(note_rows)))

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
        asked = " | ".join(f"'{term}'" for term in terms)
        lists: dict[str, str] = dict(fetch(connection, _POSTINGS, (asked, terms, namespace_row)))
        query = _LENGTHS + (_VISIBLE if allowed is None else "")

        def lengths(rows: Rows) -> Sequence[tuple[int, ...]]:
            return fetch(connection, query, (namespace_row, rows.tolist()))

        packed = [np.fromstring(lists.get(term, ""), np.int64, sep=",") for term in terms]
        return rank(packed, stats=stats, limit=limit, allowed=allowed, lengths=lengths)

    def compact(self, connection: Connection) -> None:
        """Empty the index's list of pending entries, which every search would scan."""
        connection.exec_driver_sql("SELECT gin_clean_pending_list('ix_lexical_terms')")


def _vector(document: LexicalDocument, prefix: str) -> str:
    """Return the text form of the tsvector; terms hold nothing that would have to be escaped."""
    user, other = Counter(document.user_terms), Counter(document.other_terms)
    lexemes = []
    for term in user | other:
        positions = [str(count) for count in (user[term], other[term] and other[term] + _OTHER) if count]
        lexemes.append(f"'{prefix}{term}':{','.join(positions)}")
    return " ".join(lexemes)
