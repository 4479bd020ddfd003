"""the mixes of the log in an index of Postgres too, where they fit into one, and the others in one of their own."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

HALVES = {
    "ix_conversation_mixed": (["project_id", "mix"], "deleted_at IS NULL AND length(mix) < 500"),
    "ix_conversation_mixed_long": (["project_id"], "deleted_at IS NULL AND length(mix) >= 500"),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, (columns, half) in HALVES.items():
            op.create_index(name, "conversation", columns, postgresql_where=sa.text(half))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in HALVES:
            op.drop_index(name, "conversation")
