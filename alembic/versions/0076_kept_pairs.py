"""rows of a dataset that are nearly the same and meant to be so."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.row_security import of_project, protect

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dataset_pair",
        sa.Column("dataset_id", sa.String(), nullable=False),
        sa.Column("one", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("dataset_id", "one", "other"),
    )
    op.create_index("ix_dataset_pair_project_id", "dataset_pair", ["project_id"])
    protect(op, {"dataset_pair": of_project()})


def downgrade() -> None:
    op.drop_table("dataset_pair")
