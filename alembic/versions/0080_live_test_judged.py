"""live tests keep what their judge said as they ended."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.row_security import of_project, protect

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None
TABLE = "live_test_judged"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("live_test_id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["live_test_id"], ["live_test.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "live_test_id"),
    )
    op.create_index("ix_live_test_judged_live_test_id", TABLE, ["live_test_id"])
    protect(op, {TABLE: of_project()})


def downgrade() -> None:
    op.drop_table(TABLE)
