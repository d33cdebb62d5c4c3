"""Tables of what is derived from notes: attributes, where it came from, links, triples, and the rules for it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
)

from memsvc_stores.sql.tables import JSON, METADATA, ROW, TEXT, namespaces

__all__ = ["attributes", "derivations", "links", "mentions", "policies", "strengths", "triples"]


def _of_note(column: str = "note_row") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["namespace_id", column], ["notes.namespace_id", "notes.row"])


attributes = Table(
    "attributes",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("keywords", TEXT, nullable=False),
    Column("tags", TEXT, nullable=False),
    Column("context", TEXT, nullable=False),
    Column("method", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row"),
    _of_note(),
)

# Who a note was made from (`role` thought, merge), or whose words shaped its attributes (`role` evolution).
derivations = Table(
    "derivations",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("source_row", ROW, nullable=False),
    Column("role", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row", "source_row", "role"),
    _of_note(),
    _of_note("source_row"),
    Index(None, "namespace_id", "source_row"),
    sqlite_with_rowid=False,
)

# Undirected: kept once, `low_row` < `high_row`, and found from both ends; each index has all that recall reads.
links = Table(
    "links",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("low_row", ROW, nullable=False),
    Column("high_row", ROW, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("weight", Float(53), nullable=False),
    Column("method", TEXT, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "low_row", "high_row", "type"),
    _of_note("low_row"),
    _of_note("high_row"),
    Index(None, "namespace_id", "high_row", "low_row", "weight"),
    sqlite_with_rowid=False,
)

# Which names and rare terms a note mentions; what entity links are found by.
mentions = Table(
    "mentions",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("term", TEXT, nullable=False),
    Column("note_row", ROW, nullable=False),
    PrimaryKeyConstraint("namespace_id", "term", "note_row"),
    _of_note(),
    Index(None, "namespace_id", "note_row"),
    sqlite_with_rowid=False,
)

triples = Table(
    "triples",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("head", TEXT, nullable=False),
    Column("relation", TEXT, nullable=False),
    Column("tail", TEXT, nullable=False),
    Column("head_norm", TEXT, nullable=False),
    Column("relation_norm", TEXT, nullable=False),
    Column("tail_norm", TEXT, nullable=False),
    Column("negated", Integer, nullable=False),
    Column("functional", Integer, nullable=False),
    Column("event", Integer, nullable=False),
    Column("value", Float(53)),
    Column("unit", TEXT),
    PrimaryKeyConstraint("namespace_id", "note_row", "ordinal"),
    _of_note(),
    Index(None, "namespace_id", "head_norm", "relation_norm"),
    sqlite_with_rowid=False,
)

# How often a note was seen again and recalled; counted apart from the note, whose version it does not change.
strengths = Table(
    "strengths",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("recalls", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("namespace_id", "note_row"),
    _of_note(),
    sqlite_with_rowid=False,
)

# Every version stays: the newest is in force, the others are its history.
policies = Table(
    "policies",
    METADATA,
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("policy", JSON, nullable=False),
    PrimaryKeyConstraint("namespace_id", "version"),
)
