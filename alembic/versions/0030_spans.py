"""spans of other systems."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("trace_id", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "span",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("project_id", "trace_id", "span_id", "parent_id", "name", "service", "error")
        ),
        sa.Column("conversation_id", sa.String(), nullable=True),
        *(sa.Column(name, UtcDateTime(), nullable=False) for name in ("started_at", "ended_at")),
        *(sa.Column(name, Json, nullable=False) for name in ("attributes", "events")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.PrimaryKeyConstraint("project_id", "trace_id", "span_id"),
    )
    op.create_index("ix_span_of_conversation", "span", ["conversation_id", "trace_id"])
    protect(op, {"span": of_project()})


def downgrade() -> None:
    op.drop_table("span")
    op.drop_column("message", "trace_id")
