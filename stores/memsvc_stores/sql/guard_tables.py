"""The tables of the guard.

The audit log goes by tenant and name of the namespace, not by its row: it outlives what it tells of.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    text,
)

from memsvc_stores.sql.tables import METADATA, ROW, TEXT, namespaces

__all__ = [
    "LIMITING",
    "assessments",
    "audit",
    "canaries",
    "guard_scores",
    "guard_seeds",
    "originals",
    "reviews",
    "shingles",
]


LIMITING = "verdict = 'limit'"


def _of_note() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["namespace_id", "note_row"], ["notes.namespace_id", "notes.row"])


# What was sent, of notes whose text normalising has changed.
originals = Table(
    "originals",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("content", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row"),
    _of_note(),
)

assessments = Table(
    "assessments",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("stage", TEXT, nullable=False),
    Column("verdict", TEXT, nullable=False),
    Column("hijack", Float(53), nullable=False),
    Column("influence", Float(53), nullable=False),
    Column("distrust", Float(53), nullable=False),
    Column("signals", TEXT, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("model", TEXT, nullable=False),
    Column("degraded", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row", "stage"),
    _of_note(),
    Index(
        "ix_assessments_limiting",
        "namespace_id",
        "note_row",
        sqlite_where=text(LIMITING),
        postgresql_where=text(LIMITING),
    ),
    sqlite_with_rowid=False,
)

reviews = Table(
    "reviews",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("decision", TEXT, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row"),
    _of_note(),
    sqlite_with_rowid=False,
)

# Hashes of rare runs of words; what shared runs are found by.
shingles = Table(
    "shingles",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("note_row", ROW, nullable=False),
    PrimaryKeyConstraint("namespace_id", "hash", "note_row"),
    _of_note(),
    Index(None, "namespace_id", "note_row"),
    sqlite_with_rowid=False,
)

# What harmless notes score; what a namespace's own p-values come from.
guard_scores = Table(
    "guard_scores",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("detector", TEXT, nullable=False),
    Column("bucket", TEXT, nullable=False),
    Column("score", Float(53), nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row", "detector"),
    _of_note(),
    Index(None, "namespace_id", "detector", "bucket", "note_row", "score"),
    sqlite_with_rowid=False,
)

canaries = Table(
    "canaries",
    METADATA,
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("id", TEXT, nullable=False),
    Column("question", TEXT, nullable=False),
    Column("expected", TEXT, nullable=False),
    Column("k", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "id"),
)

guard_seeds = Table(
    "guard_seeds",
    METADATA,
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("seed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("namespace_id"),
)

audit = Table(
    "audit",
    METADATA,
    Column("tenant", TEXT, nullable=False),
    Column("namespace", TEXT, nullable=False),
    Column("sequence", ROW, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("event", TEXT, nullable=False),
    Column("note_id", TEXT),
    Column("detail", TEXT, nullable=False),
    Column("previous", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
    PrimaryKeyConstraint("tenant", "namespace", "sequence"),
    sqlite_with_rowid=False,
)
