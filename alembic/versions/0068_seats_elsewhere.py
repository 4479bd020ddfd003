"""seats in live tests of conversations that are held elsewhere."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None
TABLE = "live_test_seat"
INDEXED = ("run_id", "conversation_id")


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("conversation_id", sa.String(), nullable=False, server_default=""))
    for column in INDEXED:
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])


def downgrade() -> None:
    for column in INDEXED:
        op.drop_index(f"ix_{TABLE}_{column}", TABLE)
    op.drop_column(TABLE, "conversation_id")
