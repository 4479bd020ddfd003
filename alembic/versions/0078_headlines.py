"""what an experiment ended in, and how often its cells changed, which tells whether that is still so."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("experiment", sa.Column("headline", Json, nullable=False, server_default="{}"))
    op.add_column("experiment_cell", sa.Column("num_changes", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("experiment_cell", "num_changes")
    op.drop_column("experiment", "headline")
