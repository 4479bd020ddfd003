"""a refusal that who asked has put away."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None
TABLES = ("prompt_approval", "publish_approval")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("dismissed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "dismissed")
