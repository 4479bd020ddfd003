"""runs in the log."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

UNLOGGED = sa.text("conversation_id IS NULL AND finished_at IS NOT NULL")
SHOWN = sa.text("channel != 'experiment' AND deleted_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_run_unlogged", "run", ["trigger", "id"], sqlite_where=UNLOGGED, postgresql_where=UNLOGGED)
    op.create_index(
        "ix_conversation_shown",
        "conversation",
        ["project_id", "last_message_at", "id"],
        sqlite_where=SHOWN,
        postgresql_where=SHOWN,
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_shown", "conversation")
    op.drop_index("ix_run_unlogged", "run")
