"""live tests keep the judge that they go by."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("live_test", sa.Column("judge", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("live_test", "judge")
