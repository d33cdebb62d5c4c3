"""What is derived from notes, how jobs are ranked, and what language models were asked.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_JSON = sa.Text().with_variant(JSONB(), "postgresql")
_HIDDEN = sa.text("status NOT IN ('active', 'limited')")
_TABLES = (
    "attributes",
    "derivations",
    "links",
    "mentions",
    "triples",
    "strengths",
    "policies",
    "projections",
    "lsh_epochs",
    "buckets",
    "llm_calls",
    "llm_answers",
)

_JOB_INDEXES = (
    ("ix_jobs_queued", ["tenant", "kind", "priority", "run_after", "row"], "queued"),
    ("ix_jobs_running", ["tenant", "lease_until"], "running"),
    ("ix_jobs_tenant_started_at", ["tenant", "started_at"], None),
    ("ix_jobs_tenant_row", ["tenant", "row"], None),
)

# What the planner shall assume, as in revision 0001.
_SQLITE_STATISTICS = (
    ("jobs", "ix_jobs_queued", "100000 1000 200 200 2 1"),
    ("jobs", "ix_jobs_running", "16 2 1"),
    ("jobs", "ix_jobs_tenant_started_at", "200000 2000 1"),
    ("jobs", "ix_jobs_tenant_row", "200000 2000 1"),
    ("jobs", "uq_jobs_waiting", "100000 1000 1000 1"),
    ("jobs", "sqlite_autoindex_jobs_1", "200000 1"),
    ("derivations", "derivations", "500000 5000 2 1 1"),
    ("derivations", "ix_derivations_namespace_id_source_row", "500000 5000 2"),
    ("links", "links", "2000000 20000 10 1 1"),
    ("links", "ix_links_namespace_id_high_row_low_row_weight", "2000000 20000 10 1 1"),
    ("notes", "ix_notes_hidden", "50000 500 1"),
    ("mentions", "mentions", "3000000 30000 4 1"),
    ("mentions", "ix_mentions_namespace_id_note_row", "3000000 30000 4"),
    ("triples", "triples", "500000 5000 1 1"),
    ("triples", "ix_triples_namespace_id_head_norm_relation_norm", "500000 5000 50 3"),
    ("buckets", "buckets", "8000000 80000 40000 20 1"),
    ("buckets", "ix_buckets_namespace_id_note_row", "8000000 80000 16"),
)

# What the code of revision 0002 cannot read.
_DROP_KEYS = "DELETE FROM keys WHERE kind = 'amem'"
_DROP_VECTORS = """
DELETE FROM vectors WHERE NOT EXISTS (
    SELECT 1 FROM keys WHERE keys.namespace_id = vectors.namespace_id AND keys.text_hash = vectors.text_hash
)
"""
_ADMIT = "UPDATE notes SET status = 'active' WHERE status = 'pending'"
_ADMIT_FORGOTTEN = r"""
UPDATE journal SET patch = REPLACE(patch, '"status"\:{"old"\:"pending"', '"status"\:{"old"\:"active"')
WHERE operation = 'forgotten'
"""
_SUPERSEDE = "UPDATE journal SET operation = 'superseded' WHERE operation = 'merged'"
# Their patches go: without derivations no erasure could tell whose words they hold.
_UPDATE = "UPDATE journal SET operation = 'updated', patch = '{}' WHERE operation IN ('evolved', 'reverted')"
_UNREADABLE = (_DROP_KEYS, _DROP_VECTORS, _ADMIT, _ADMIT_FORGOTTEN, _SUPERSEDE, _UPDATE)


def upgrade() -> None:
    for column in _job_columns():
        op.add_column("jobs", column)
    op.execute("UPDATE jobs SET leases = attempts")
    op.drop_index("ix_jobs_status_run_after", "jobs")
    _create_job_indexes()
    op.create_index(
        "ix_notes_hidden", "notes", ["namespace_id", "row"], sqlite_where=_HIDDEN, postgresql_where=_HIDDEN
    )
    _create_derived()
    _create_lsh()
    _create_llm()
    if op.get_bind().dialect.name == "sqlite":
        statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(
            statistics, [dict(zip(("tbl", "idx", "stat"), row, strict=True)) for row in _SQLITE_STATISTICS]
        )


def downgrade() -> None:
    for statement in _UNREADABLE:
        op.execute(statement)
    if op.get_bind().dialect.name == "sqlite":
        for table in ("jobs", *_TABLES):
            op.execute(sa.text("DELETE FROM sqlite_stat1 WHERE tbl = :table").bindparams(table=table))
        op.execute("DELETE FROM sqlite_stat1 WHERE idx = 'ix_notes_hidden'")
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index("ix_notes_hidden", "notes")
    for name, _, _ in _JOB_INDEXES:
        op.drop_index(name, "jobs")
    op.create_index("ix_jobs_status_run_after", "jobs", ["status", "run_after"])
    for column in reversed(_job_columns()):
        op.drop_column("jobs", column.name)


def _job_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
        sa.Column("max_attempts", sa.Integer),
        sa.Column("leases", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("worker", _TEXT),
        sa.Column("progress", _TEXT),
        sa.Column("result", _TEXT),
    ]


def _create_job_indexes() -> None:
    for name, columns, status in _JOB_INDEXES:
        where = sa.text(f"status = '{status}'") if status else None
        op.create_index(name, "jobs", columns, sqlite_where=where, postgresql_where=where)


def _of_note(column: str = "note_row") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["namespace_id", column], ["notes.namespace_id", "notes.row"])


def _create_derived() -> None:
    op.create_table(
        "attributes",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.Column("keywords", _TEXT, nullable=False),
        sa.Column("tags", _TEXT, nullable=False),
        sa.Column("context", _TEXT, nullable=False),
        sa.Column("method", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row"),
        _of_note(),
    )
    op.create_table(
        "derivations",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.Column("source_row", _ROW, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row", "source_row", "role"),
        _of_note(),
        _of_note("source_row"),
        sa.Index(None, "namespace_id", "source_row"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("low_row", _ROW, nullable=False),
        sa.Column("high_row", _ROW, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("weight", sa.Float(53), nullable=False),
        sa.Column("method", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "low_row", "high_row", "type"),
        _of_note("low_row"),
        _of_note("high_row"),
        sa.Index(None, "namespace_id", "high_row", "low_row", "weight"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mentions",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("term", _TEXT, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "term", "note_row"),
        _of_note(),
        sa.Index(None, "namespace_id", "note_row"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "triples",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("head", _TEXT, nullable=False),
        sa.Column("relation", _TEXT, nullable=False),
        sa.Column("tail", _TEXT, nullable=False),
        sa.Column("head_norm", _TEXT, nullable=False),
        sa.Column("relation_norm", _TEXT, nullable=False),
        sa.Column("tail_norm", _TEXT, nullable=False),
        sa.Column("negated", sa.Integer, nullable=False),
        sa.Column("functional", sa.Integer, nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("value", sa.Float(53)),
        sa.Column("unit", _TEXT),
        sa.PrimaryKeyConstraint("namespace_id", "note_row", "ordinal"),
        _of_note(),
        sa.Index(None, "namespace_id", "head_norm", "relation_norm"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "strengths",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.Column("sightings", sa.Integer, nullable=False),
        sa.Column("recalls", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row"),
        _of_note(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policies",
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("policy", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "version"),
    )


def _create_lsh() -> None:
    op.create_table(
        "projections",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("dimension", sa.Integer, nullable=False),
        sa.Column("tables", sa.Integer, nullable=False),
        sa.Column("hashes", sa.Integer, nullable=False),
        sa.Column("groups", sa.Integer, nullable=False),
        sa.Column("matrix", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("seed", "dimension", "tables", "hashes", "groups"),
    )
    op.create_table(
        "lsh_epochs",
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("projection_id", _ROW, sa.ForeignKey("projections.id"), nullable=False),
        sa.Column("model_id", _TEXT, nullable=False),
        sa.Column("current", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "epoch"),
    )
    op.create_table(
        "buckets",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("bucket", sa.BigInteger, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "epoch", "bucket", "note_row"),
        sa.ForeignKeyConstraint(["namespace_id", "note_row"], ["notes.namespace_id", "notes.row"]),
        sa.Index(None, "namespace_id", "note_row"),
        sqlite_with_rowid=False,
    )


def _create_llm() -> None:
    op.create_table(
        "llm_calls",
        sa.Column("row", _ROW, primary_key=True),
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("namespace", _TEXT, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("operation", _TEXT, nullable=False),
        sa.Column("model", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("prompt_tokens", sa.Integer, nullable=False),
        sa.Column("completion_tokens", sa.Integer, nullable=False),
        sa.Column("cost", sa.Float(53), nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Index(None, "tenant", "day"),
        sa.Index(None, "day"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "llm_answers",
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("namespace", _TEXT, nullable=False),
        sa.Column("prompt_hash", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("answer", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "namespace", "prompt_hash"),
        sa.Index(None, "at"),
    )
