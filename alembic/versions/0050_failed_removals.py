"""why a removal failed."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_job", sa.Column("error", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("privacy_job", "error")
