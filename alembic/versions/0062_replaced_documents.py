"""documents that take the place of the older ones of their name once they are ready."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("replaces_before", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("document", "replaces_before")
