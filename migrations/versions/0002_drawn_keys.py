"""Keys that are drawn from a note: the version of what made them, and when their events were.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What the code of revision 0001 cannot read; its own kinds stay.
_DROP_KEYS = "DELETE FROM keys WHERE kind NOT IN ('user', 'content')"
_DROP_VECTORS = """
DELETE FROM vectors WHERE NOT EXISTS (
    SELECT 1 FROM keys WHERE keys.namespace_id = vectors.namespace_id AND keys.text_hash = vectors.text_hash
)
"""
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("notes", sa.Column("key_version", _TEXT))
    op.add_column("keys", sa.Column("event_start", sa.BigInteger))
    op.add_column("keys", sa.Column("event_end", sa.BigInteger))


def downgrade() -> None:
    op.execute(_DROP_KEYS)
    op.execute(_DROP_VECTORS)
    op.drop_column("keys", "event_end")
    op.drop_column("keys", "event_start")
    op.drop_column("notes", "key_version")
