"""metadata of a run, until its conversation is written."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("details", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("run", "details")
