"""whom a run served, that has no conversation to say so."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("person", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("run", "person")
