"""when a parked experiment goes on by itself."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("experiment", sa.Column("resumes_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("experiment", "resumes_at")
