"""Tables of locality-sensitive hashing: random projections, which of them a namespace uses, and the buckets."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from memsvc_stores.sql.tables import METADATA, ROW, TEXT, namespaces

__all__ = ["buckets", "lsh_epochs", "projections"]

# Kept, because random streams may differ between versions of NumPy; shared by all namespaces, as they say nothing.
projections = Table(
    "projections",
    METADATA,
    Column("id", ROW, primary_key=True),
    Column("seed", BigInteger, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("tables", Integer, nullable=False),
    Column("hashes", Integer, nullable=False),
    Column("groups", Integer, nullable=False),
    Column("matrix", LargeBinary, nullable=False),
    UniqueConstraint("seed", "dimension", "tables", "hashes", "groups"),
)

# One epoch per purpose is current; another is filled beside it and takes its place.
lsh_epochs = Table(
    "lsh_epochs",
    METADATA,
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("purpose", TEXT, nullable=False),
    Column("projection_id", ROW, ForeignKey(projections.c.id), nullable=False),
    Column("model_id", TEXT, nullable=False),
    Column("current", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("namespace_id", "epoch"),
)

# A bucket is numbered over all tables: table * (codes of a table) + code, so that one list finds them all.
buckets = Table(
    "buckets",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("bucket", BigInteger, nullable=False),
    Column("note_row", ROW, nullable=False),
    PrimaryKeyConstraint("namespace_id", "epoch", "bucket", "note_row"),
    ForeignKeyConstraint(["namespace_id", "note_row"], ["notes.namespace_id", "notes.row"]),
    Index(None, "namespace_id", "note_row"),
    sqlite_with_rowid=False,
)
