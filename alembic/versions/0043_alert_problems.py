"""why an alert could not be looked at, and how often in a row."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("num_failed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("alert", sa.Column("error", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("alert", "error")
    op.drop_column("alert", "num_failed")
