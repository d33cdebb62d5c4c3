"""Tables of the lexical index; the migrations run these statements.

Terms carry their namespace (see `terms`), so that a lookup can only ever meet postings of one namespace.
"""

from __future__ import annotations

__all__ = ["FTS5_COLUMNS", "POSTGRES_DDL", "POSTGRES_DROP", "SQLITE_DDL", "SQLITE_DROP"]

FTS5_COLUMNS: tuple[str, ...] = tuple(str(1 << bit) for bit in range(16))
"""Powers of two; see `fts5` for what they count."""

SQLITE_DDL: tuple[str, ...] = (
    f"CREATE VIRTUAL TABLE lexical USING fts5({', '.join(f'[{name}]' for name in FTS5_COLUMNS)}, "
    "detail=column, columnsize=0, tokenize=\"ascii tokenchars '_$'\")",
    "CREATE VIRTUAL TABLE lexical_terms USING fts5vocab(lexical, 'instance')",
)
SQLITE_DROP: tuple[str, ...] = ("DROP TABLE lexical_terms", "DROP TABLE lexical")

POSTGRES_DDL: tuple[str, ...] = (
    "CREATE TABLE lexical ("
    "note_row bigint PRIMARY KEY REFERENCES notes(row) ON DELETE CASCADE, "
    "namespace_id bigint NOT NULL, "
    "terms tsvector NOT NULL)",
    "CREATE INDEX ix_lexical_terms ON lexical USING gin (terms)",
)
POSTGRES_DROP: tuple[str, ...] = ("DROP TABLE lexical",)
