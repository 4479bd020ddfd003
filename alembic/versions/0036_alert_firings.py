"""what a rule watched when it fired."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert_firing", sa.Column("watched", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("alert_firing", "watched")
