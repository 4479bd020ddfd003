"""whether models without a price took part in a run, and in each of its nodes, for whoever reads it again."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None
TABLES = ("run", "node_run")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("has_unpriced", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "has_unpriced")
