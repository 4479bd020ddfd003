"""the knowledge base beside the example that takes a person's own documents."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("demo", sa.Column("own_base_id", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("demo", "own_base_id")
