"""rows of a dataset that a model wrote, with those by which it went."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.row_security import of_project, protect

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None
TABLE = "dataset_origin"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("item_id", "reference"),
    )
    op.create_index("ix_dataset_origin_reference", TABLE, ["project_id", "reference"])
    protect(op, {TABLE: of_project()})


def downgrade() -> None:
    op.drop_table(TABLE)
