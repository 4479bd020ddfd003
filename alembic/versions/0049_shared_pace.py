"""when the next request may go to a model, for all processes that carry experiments."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime
from backend.row_security import of_project, protect

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "experiment_pace",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id", "reference"),
    )
    protect(op, {"experiment_pace": of_project()})


def downgrade() -> None:
    op.drop_table("experiment_pace")
