"""The guard: who stored a note, where its parts come from, and what the guard thinks of it.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LIMITING = sa.text("verdict = 'limit'")
_TABLES = ("originals", "assessments", "reviews", "shingles", "guard_scores", "canaries", "guard_seeds", "audit")
_NOTE_INDEXES = (
    ("ix_notes_namespace_id_principal_row", ["namespace_id", "principal", "row"]),
    ("ix_notes_namespace_id_ingest_time_principal", ["namespace_id", "ingest_time", "principal"]),
)

_REPLACED_INDEX = "ix_notes_namespace_id_superseded_by"
_REPLACED = sa.text("superseded_by IS NOT NULL")
_QUARANTINED_INDEX = "ix_notes_quarantined"
_QUARANTINED = sa.text("status = 'quarantined'")

# What the planner shall assume, as in revision 0001.
_SQLITE_STATISTICS = (
    ("notes", "ix_notes_namespace_id_principal_row", "1000000 10000 1000 1"),
    ("notes", "ix_notes_namespace_id_ingest_time_principal", "1000000 10000 10 10"),
    ("notes", _REPLACED_INDEX, "100000 1000 1"),
    ("notes", _QUARANTINED_INDEX, "10000 100 1"),
    ("originals", "sqlite_autoindex_originals_1", "10000 100 1"),
    ("assessments", "assessments", "1000000 10000 1 1"),
    ("assessments", "ix_assessments_limiting", "10000 100 1"),
    ("reviews", "reviews", "10000 100 1"),
    ("shingles", "shingles", "20000000 200000 2 1"),
    ("shingles", "ix_shingles_namespace_id_note_row", "20000000 200000 20"),
    ("guard_scores", "guard_scores", "4000000 40000 4 1"),
    (
        "guard_scores",
        "ix_guard_scores_namespace_id_detector_bucket_note_row_score",
        "4000000 40000 10000 2500 1 1",
    ),
    ("canaries", "sqlite_autoindex_canaries_1", "1000 10 1"),
    ("audit", "audit", "1000000 100000 10000 1"),
)

# What the code of revision 0003 cannot read: hidden notes stay hidden, and no one says who kept them so.
_FORGET = "UPDATE notes SET status = 'forgotten' WHERE status = 'quarantined'"
_UPDATE = (
    "UPDATE journal SET operation = 'updated', patch = '{}' "
    "WHERE operation IN ('quarantined', 'released', 'rejected', 'rolled_back')"
)
_UNTIE = "DELETE FROM derivations WHERE role = 'informed'"

_PRINCIPALS = """
UPDATE notes SET principal = COALESCE((
    SELECT journal.actor FROM journal
    WHERE journal.namespace_id = notes.namespace_id AND journal.note_id = notes.id
    AND journal.operation = 'created'
    ORDER BY journal.sequence LIMIT 1
), '')
"""


def upgrade() -> None:
    op.add_column("notes", sa.Column("principal", _TEXT, nullable=False, server_default=""))
    op.add_column("notes", sa.Column("origins", _TEXT, nullable=False, server_default="[]"))
    op.add_column("api_keys", sa.Column("ceiling", _TEXT, nullable=False, server_default="direct_user"))
    op.execute(_PRINCIPALS)
    for name, columns in _NOTE_INDEXES:
        op.create_index(name, "notes", columns)
    op.create_index(
        _REPLACED_INDEX,
        "notes",
        ["namespace_id", "superseded_by"],
        sqlite_where=_REPLACED,
        postgresql_where=_REPLACED,
    )
    op.create_index(
        _QUARANTINED_INDEX,
        "notes",
        ["namespace_id", "dedupe_hash"],
        sqlite_where=_QUARANTINED,
        postgresql_where=_QUARANTINED,
    )
    _create_tables()
    if op.get_bind().dialect.name == "sqlite":
        statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
        op.bulk_insert(
            statistics, [dict(zip(("tbl", "idx", "stat"), row, strict=True)) for row in _SQLITE_STATISTICS]
        )


def downgrade() -> None:
    for statement in (_FORGET, _UPDATE, _UNTIE):
        op.execute(statement)
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            op.execute(sa.text("DELETE FROM sqlite_stat1 WHERE tbl = :table").bindparams(table=table))
        for name in (*(name for name, _ in _NOTE_INDEXES), _REPLACED_INDEX, _QUARANTINED_INDEX):
            op.execute(sa.text("DELETE FROM sqlite_stat1 WHERE idx = :index").bindparams(index=name))
    for table in reversed(_TABLES):
        op.drop_table(table)
    for name in (*(name for name, _ in _NOTE_INDEXES), _REPLACED_INDEX, _QUARANTINED_INDEX):
        op.drop_index(name, "notes")
    op.drop_column("api_keys", "ceiling")
    op.drop_column("notes", "origins")
    op.drop_column("notes", "principal")


def _of_note() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["namespace_id", "note_row"], ["notes.namespace_id", "notes.row"])


def _place() -> list[sa.Column[object]]:
    return [sa.Column("namespace_id", _ROW, nullable=False), sa.Column("note_row", _ROW, nullable=False)]


def _create_tables() -> None:
    _create_of_notes()
    op.create_table(
        "canaries",
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("question", _TEXT, nullable=False),
        sa.Column("expected", _TEXT, nullable=False),
        sa.Column("k", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "id"),
    )
    op.create_table(
        "guard_seeds",
        sa.Column("namespace_id", _ROW, sa.ForeignKey("namespaces.id"), nullable=False),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id"),
    )
    op.create_table(
        "audit",
        sa.Column("tenant", _TEXT, nullable=False),
        sa.Column("namespace", _TEXT, nullable=False),
        sa.Column("sequence", _ROW, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("event", _TEXT, nullable=False),
        sa.Column("note_id", _TEXT),
        sa.Column("detail", _TEXT, nullable=False),
        sa.Column("previous", _TEXT, nullable=False),
        sa.Column("hash", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "namespace", "sequence"),
        sqlite_with_rowid=False,
    )


def _create_of_notes() -> None:
    op.create_table(
        "originals",
        *_place(),
        sa.Column("content", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row"),
        _of_note(),
    )
    op.create_table(
        "assessments",
        *_place(),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("verdict", _TEXT, nullable=False),
        sa.Column("hijack", sa.Float(53), nullable=False),
        sa.Column("influence", sa.Float(53), nullable=False),
        sa.Column("distrust", sa.Float(53), nullable=False),
        sa.Column("signals", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("model", _TEXT, nullable=False),
        sa.Column("degraded", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row", "stage"),
        _of_note(),
        sa.Index(
            "ix_assessments_limiting",
            "namespace_id",
            "note_row",
            sqlite_where=_LIMITING,
            postgresql_where=_LIMITING,
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reviews",
        *_place(),
        sa.Column("decision", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row"),
        _of_note(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shingles",
        sa.Column("namespace_id", _ROW, nullable=False),
        sa.Column("hash", sa.BigInteger, nullable=False),
        sa.Column("note_row", _ROW, nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "hash", "note_row"),
        _of_note(),
        sa.Index(None, "namespace_id", "note_row"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "guard_scores",
        *_place(),
        sa.Column("detector", _TEXT, nullable=False),
        sa.Column("bucket", _TEXT, nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("namespace_id", "note_row", "detector"),
        _of_note(),
        sa.Index(None, "namespace_id", "detector", "bucket", "note_row", "score"),
        sqlite_with_rowid=False,
    )
