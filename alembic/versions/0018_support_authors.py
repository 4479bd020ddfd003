"""who of support wrote a version or asked for a label."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

COLUMNS = (
    ("prompt_version", "created_by_support_id"),
    ("prompt_approval", "author_support_id"),
    ("prompt_approval", "asked_by_support_id"),
)


def upgrade() -> None:
    for table, name in COLUMNS:
        op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    for table, name in reversed(COLUMNS):
        op.drop_column(table, name)
