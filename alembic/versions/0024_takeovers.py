"""takeovers."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime
from backend.row_security import of_project, protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takeover",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("conversation_id", "project_id", "held_by", "held_by_id")
        ),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_index("ix_takeover_project_id", "takeover", ["project_id"])
    protect(op, {"takeover": of_project()})


def downgrade() -> None:
    op.drop_table("takeover")
