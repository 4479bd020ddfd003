"""which state of an alert or of a saved view somebody read, so that an older one is not written over a newer."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("conversation_view", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("conversation_view", "version")
    op.drop_column("alert", "version")
