"""The first schema.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_JSON = sa.Text().with_variant(JSONB(), "postgresql")

_SQLITE_LEXICAL = (
    "CREATE VIRTUAL TABLE lexical USING fts5("
    "[1], [2], [4], [8], [16], [32], [64], [128], [256], [512], [1024], [2048], [4096], [8192], [16384], [32768], "
    "detail=column, columnsize=0, tokenize=\"ascii tokenchars '_$'\")",
    "CREATE VIRTUAL TABLE lexical_terms USING fts5vocab(lexical, 'instance')",
)
_POSTGRES_LEXICAL = (
    "CREATE TABLE lexical ("
    "note_row bigint PRIMARY KEY REFERENCES notes(row) ON DELETE CASCADE, "
    "namespace_id bigint NOT NULL, "
    "terms tsvector NOT NULL)",
    "CREATE INDEX ix_lexical_terms ON lexical USING gin (terms)",
)

# What the planner shall assume: namespaces of 10,000 notes. Without it SQLite takes a namespace for ten rows and
# scans all of it, where it should look up the second column of an index.
_SQLITE_STATISTICS = (
    ("namespaces", "sqlite_autoindex_namespaces_1", "100 10 1"),
    ("sessions", "sqlite_autoindex_sessions_1", "100000 1000 1"),
    ("sessions", "sqlite_autoindex_sessions_2", "100000 1000 1"),
    ("notes", "sqlite_autoindex_notes_1", "1000000 10000 1"),
    ("notes", "sqlite_autoindex_notes_2", "1000000 10000 1"),
    ("notes", "sqlite_autoindex_notes_3", "1000000 10000 1"),
    ("notes", "ix_notes_namespace_id_session_row_position", "1000000 10000 10 1"),
    ("keys", "keys", "1500000 15000 2 1"),
    ("keys", "ix_keys_namespace_id_text_hash", "1500000 15000 2"),
    ("vectors", "sqlite_autoindex_vectors_1", "1500000 15000 1 1"),
    ("journal", "journal", "1500000 15000 1"),
    ("journal", "ix_journal_namespace_id_note_id", "1500000 15000 2"),
)


def upgrade() -> None:
    _create_api_keys()
    _create_namespaces()
    _create_sessions()
    _create_notes()
    _create_keys()
    _create_vectors()
    _create_journal()
    _create_jobs()
    _create_idempotency()
    for statement in _SQLITE_LEXICAL if op.get_bind().dialect.name == "sqlite" else _POSTGRES_LEXICAL:
        op.execute(statement)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ANALYZE namespaces")
        statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(
            statistics, [dict(zip(("tbl", "idx", "stat"), row, strict=True)) for row in _SQLITE_STATISTICS]
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("lexical_terms")
        op.execute("DELETE FROM sqlite_stat1")
    op.drop_table("lexical")
    op.drop_table("idempotency")
    op.drop_table("jobs")
    op.drop_table("journal")
    op.drop_table("vectors")
    op.drop_table("keys")
    op.drop_table("notes")
    op.drop_table("sessions")
    op.drop_table("namespaces")
    op.drop_table("api_keys")


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", _TEXT, primary_key=True),
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("secret_hash", _TEXT, nullable=False),
        sa.Column("scopes", _TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )


def _create_namespaces() -> None:
    op.create_table(
        "namespaces",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("model_id", _TEXT, nullable=False),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("max_tokens", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
        sa.Column("documents", sa.BigInteger, nullable=False),
        sa.Column("user_words", sa.BigInteger, nullable=False),
        sa.Column("other_words", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tenant", "name"),
        sqlite_autoincrement=True,
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("row", _ROW, primary_key=True),
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("turn_count", sa.Integer, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("metadata", _JSON, nullable=False),
        sa.UniqueConstraint("namespace_id", "id"),
        sa.UniqueConstraint("namespace_id", "row"),
        sqlite_autoincrement=True,
    )


def _create_notes() -> None:
    op.create_table(
        "notes",
        sa.Column("row", _ROW, primary_key=True),
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("event_time", sa.BigInteger, nullable=False),
        sa.Column("ingest_time", sa.BigInteger, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("trust", sa.Float(53), nullable=False),
        sa.Column("session_row", _ROW),
        sa.Column("position", sa.Integer),
        sa.Column("valid_from", sa.BigInteger),
        sa.Column("valid_to", sa.BigInteger),
        sa.Column("expired_at", sa.BigInteger),
        sa.Column("superseded_by", _TEXT),
        sa.Column("user_words", sa.Integer, nullable=False),
        sa.Column("other_words", sa.Integer, nullable=False),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("dedupe", _TEXT),
        sa.Column("dedupe_hash", _TEXT),
        sa.Column("metadata", _JSON, nullable=False),
        sa.Column("turns", _TEXT, nullable=False),
        sa.Column("content", _TEXT, nullable=False),
        sa.UniqueConstraint("namespace_id", "row"),
        sa.UniqueConstraint("namespace_id", "id"),
        sa.UniqueConstraint("namespace_id", "dedupe"),
        sa.ForeignKeyConstraint(["namespace_id", "session_row"], ["sessions.namespace_id", "sessions.row"]),
        sa.Index(None, "namespace_id", "session_row", "position"),
        sqlite_autoincrement=True,
    )


def _create_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("text_hash", _TEXT, nullable=False),
        sa.Column("span_start", sa.Integer),
        sa.Column("span_end", sa.Integer),
        sa.Column("text", _TEXT),
        sa.PrimaryKeyConstraint("namespace_id", "note_row", "ordinal"),
        sa.ForeignKeyConstraint(["namespace_id", "note_row"], ["notes.namespace_id", "notes.row"]),
        sa.Index(None, "namespace_id", "text_hash"),
        sqlite_with_rowid=False,
    )


def _create_vectors() -> None:
    op.create_table(
        "vectors",
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("model_id", _TEXT, nullable=False),
        sa.Column("text_hash", _TEXT, nullable=False),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "text_hash", "model_id"),
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("sequence", _ROW, nullable=False),
        sa.Column("operation", _TEXT, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.Column("note_id", _TEXT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("patch", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "sequence"),
        sa.Index(None, "namespace_id", "note_id"),
        sqlite_with_rowid=False,
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("row", _ROW, primary_key=True),
        sa.Column("id", _TEXT, nullable=False, unique=True),
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("namespace", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("dedupe", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("run_after", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("error", _TEXT),
        sa.Column("payload", _TEXT, nullable=False),
        sa.Index(
            "uq_jobs_waiting",
            "tenant",
            "namespace",
            "dedupe",
            unique=True,
            sqlite_where=sa.text("status = 'queued'"),
            postgresql_where=sa.text("status = 'queued'"),
        ),
        sa.Index(None, "status", "run_after"),
        sqlite_autoincrement=True,
    )


def _create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("namespace", _TEXT, nullable=False),
        sa.Column("request_hash", _TEXT, nullable=False),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "key"),
    )
