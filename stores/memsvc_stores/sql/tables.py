"""The tables, for SQLite and PostgreSQL alike.

Times are microseconds since 1970. Strings compare by code point on both databases. Two tables more belong to
`memsvc_stores.lexical`: `lexical` and, on SQLite, `lexical_terms`; what is derived from notes has its tables in
`derived_tables` and `lsh_tables`, the guard in `guard_tables`, what models were asked in `llm_tables`.
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
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

__all__ = [
    "HIDDEN",
    "HIDDEN_INDEX",
    "JSON",
    "METADATA",
    "QUARANTINED",
    "ROW",
    "SCOPED_TABLES",
    "TEXT",
    "api_keys",
    "idempotency",
    "jobs",
    "journal",
    "keys",
    "namespaces",
    "notes",
    "sessions",
    "vectors",
]

SCOPED_TABLES = (
    "sessions",
    "notes",
    "keys",
    "vectors",
    "journal",
    "lexical",
    "triples",
    "lsh_epochs",
    "buckets",
    "attributes",
    "derivations",
    "links",
    "mentions",
    "strengths",
    "policies",
    "originals",
    "assessments",
    "reviews",
    "shingles",
    "guard_scores",
    "canaries",
    "guard_seeds",
    "audit",
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
HIDDEN_INDEX, HIDDEN = "ix_notes_hidden", "status NOT IN ('active', 'limited')"
QUARANTINED = "status = 'quarantined'"
ROW = BigInteger().with_variant(Integer(), "sqlite")
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
JSON = Text().with_variant(JSONB(), "postgresql")

api_keys = Table(
    "api_keys",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("tenant", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("secret_hash", TEXT, nullable=False),
    Column("scopes", TEXT, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("ceiling", TEXT, nullable=False, server_default="direct_user"),
)

namespaces = Table(
    "namespaces",
    METADATA,
    Column("id", ROW, primary_key=True),
    Column("tenant", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("model_id", TEXT, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("max_tokens", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("documents", BigInteger, nullable=False),
    Column("user_words", BigInteger, nullable=False),
    Column("other_words", BigInteger, nullable=False),
    UniqueConstraint("tenant", "name"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    METADATA,
    Column("row", ROW, primary_key=True),
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("id", TEXT, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("turn_count", Integer, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("metadata", JSON, nullable=False),
    UniqueConstraint("namespace_id", "id"),
    UniqueConstraint("namespace_id", "row"),
    sqlite_autoincrement=True,
)

# `dedupe` is set while the note is visible and so keeps its place unique; `dedupe_hash` is what a restored note
# takes it by. The content comes last, so that SQLite filters the other columns without reading overflow pages.
notes = Table(
    "notes",
    METADATA,
    Column("row", ROW, primary_key=True),
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("id", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event_time", BigInteger, nullable=False),
    Column("ingest_time", BigInteger, nullable=False),
    Column("origin", TEXT, nullable=False),
    Column("trust", Float(53), nullable=False),
    Column("session_row", ROW),
    Column("position", Integer),
    Column("valid_from", BigInteger),
    Column("valid_to", BigInteger),
    Column("expired_at", BigInteger),
    Column("superseded_by", TEXT),
    Column("user_words", Integer, nullable=False),
    Column("other_words", Integer, nullable=False),
    Column("content_hash", TEXT, nullable=False),
    Column("dedupe", TEXT),
    Column("dedupe_hash", TEXT),
    Column("metadata", JSON, nullable=False),
    Column("turns", TEXT, nullable=False),
    Column("content", TEXT, nullable=False),
    Column("key_version", TEXT),
    Column("principal", TEXT, nullable=False, server_default=""),
    Column("origins", TEXT, nullable=False, server_default="[]"),
    UniqueConstraint("namespace_id", "row"),
    UniqueConstraint("namespace_id", "id"),
    UniqueConstraint("namespace_id", "dedupe"),
    ForeignKeyConstraint(["namespace_id", "session_row"], ["sessions.namespace_id", "sessions.row"]),
    Index(None, "namespace_id", "session_row", "position"),
    Index(None, "namespace_id", "principal", "row"),
    Index(None, "namespace_id", "ingest_time", "principal"),
    Index(
        None,
        "namespace_id",
        "superseded_by",
        sqlite_where=text("superseded_by IS NOT NULL"),
        postgresql_where=text("superseded_by IS NOT NULL"),
    ),
    Index(HIDDEN_INDEX, "namespace_id", "row", sqlite_where=text(HIDDEN), postgresql_where=text(HIDDEN)),
    Index(
        "ix_notes_quarantined",
        "namespace_id",
        "dedupe_hash",
        sqlite_where=text(QUARANTINED),
        postgresql_where=text(QUARANTINED),
    ),
    sqlite_autoincrement=True,
)

keys = Table(
    "keys",
    METADATA,
    Column("namespace_id", ROW, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("text_hash", TEXT, nullable=False),
    Column("span_start", Integer),
    Column("span_end", Integer),
    Column("text", TEXT),
    Column("event_start", BigInteger),
    Column("event_end", BigInteger),
    PrimaryKeyConstraint("namespace_id", "note_row", "ordinal"),
    ForeignKeyConstraint(["namespace_id", "note_row"], ["notes.namespace_id", "notes.row"]),
    Index(None, "namespace_id", "text_hash"),
    sqlite_with_rowid=False,
)

vectors = Table(
    "vectors",
    METADATA,
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("model_id", TEXT, nullable=False),
    Column("text_hash", TEXT, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    PrimaryKeyConstraint("namespace_id", "text_hash", "model_id"),
)

journal = Table(
    "journal",
    METADATA,
    Column("namespace_id", ROW, ForeignKey(namespaces.c.id), nullable=False),
    Column("sequence", ROW, nullable=False),
    Column("operation", TEXT, nullable=False),
    Column("note_row", ROW, nullable=False),
    Column("note_id", TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", TEXT, nullable=False),
    Column("patch", TEXT, nullable=False),
    PrimaryKeyConstraint("namespace_id", "sequence"),
    Index(None, "namespace_id", "note_id"),
    sqlite_with_rowid=False,
)

jobs = Table(
    "jobs",
    METADATA,
    Column("row", ROW, primary_key=True),
    Column("id", TEXT, nullable=False, unique=True),
    Column("tenant", TEXT, nullable=False),
    Column("namespace", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("dedupe", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("run_after", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("lease_until", BigInteger),
    Column("error", TEXT),
    Column("payload", TEXT, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("max_attempts", Integer),
    Column("leases", Integer, nullable=False, server_default="0"),
    Column("started_at", BigInteger),
    Column("worker", TEXT),
    Column("progress", TEXT),
    Column("result", TEXT),
    Index(
        "uq_jobs_waiting",
        "tenant",
        "namespace",
        "dedupe",
        unique=True,
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "ix_jobs_queued",
        "tenant",
        "kind",
        "priority",
        "run_after",
        "row",
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "ix_jobs_running",
        "tenant",
        "lease_until",
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    Index(None, "tenant", "started_at"),
    Index(None, "tenant", "row"),
    sqlite_autoincrement=True,
)

idempotency = Table(
    "idempotency",
    METADATA,
    Column("tenant", TEXT, nullable=False),
    Column("key", TEXT, nullable=False),
    Column("namespace", TEXT, nullable=False),
    Column("request_hash", TEXT, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "key"),
)
