"""tags of conversations, counted with the other filters, and comments."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime
from backend.row_security import of_project, protect

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INDEX = "ix_conversation_counted"
BEFORE = (
    "project_id", "deleted_at", "flow_id", "flow_name", "state", "rating", "channel", "model", "prompt_name",
    "prompt_version", "task_completed",
)  # fmt: skip
BEHIND = ("number", "id")


def upgrade() -> None:
    op.drop_index(INDEX, "conversation")
    op.add_column("conversation", sa.Column("tags", sa.String(), nullable=False, server_default=""))
    op.create_index(INDEX, "conversation", [*BEFORE, "tags", *BEHIND])
    op.create_table(
        "conversation_comment",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "project_id", "conversation_id", "message_id", "text", "author", "author_id")
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversation_comment_project_id", "conversation_comment", ["project_id"])
    op.create_index("ix_conversation_comment_in_order", "conversation_comment", ["conversation_id", "id"])
    protect(op, {"conversation_comment": of_project()})


def downgrade() -> None:
    op.drop_table("conversation_comment")
    op.drop_index(INDEX, "conversation")
    op.drop_column("conversation", "tags")
    op.create_index(INDEX, "conversation", [*BEFORE, *BEHIND])
