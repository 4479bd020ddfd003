"""which labels of a prompt move only once it has passed."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publish_requirement", sa.Column("labels", Json, nullable=False, server_default='["production"]'))


def downgrade() -> None:
    op.drop_column("publish_requirement", "labels")
