"""what conversations are found and judged by, and the index of their words."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COUNTED = (
    "deleted_at", "flow_id", "flow_name", "state", "rating", "channel", "model", "prompt_name", "prompt_version",
    "task_completed", "number", "id",
)  # fmt: skip
INDICES = {
    "ix_conversation_agent": ("project_id", "agent_config", "started_at"),
    "ix_conversation_number": ("project_id", "number"),
    "ix_conversation_fresh": ("project_id", "is_fresh", "last_message_at"),
    "ix_conversation_counted": ("project_id", *COUNTED),
    "ix_conversation_session_id": ("session_id",),
    "ix_conversation_prompt_id": ("prompt_id",),
}


def new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("agent_config", sa.String(), nullable=False, server_default=""),
        sa.Column("session_id", sa.String(), nullable=False, server_default=""),
        sa.Column("person", sa.String(), nullable=False, server_default=""),
        sa.Column("model", sa.String(), nullable=False, server_default=""),
        sa.Column("prompt_id", sa.String(), nullable=True),
        sa.Column("prompt_name", sa.String(), nullable=False, server_default=""),
        sa.Column("prompt_version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("task_completed", sa.Boolean(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("indexed_to", sa.String(), nullable=False, server_default=""),
        sa.Column("is_fresh", sa.Boolean(), nullable=False, server_default=sa.true()),
    ]


def upgrade() -> None:
    for column in new_columns():
        op.add_column("conversation", column)
    for name, columns in INDICES.items():
        op.create_index(name, "conversation", list(columns))
    op.add_column("message", sa.Column("tool_name", sa.String(), nullable=False, server_default=""))
    op.add_column("message", sa.Column("tool_calls", Json, nullable=False, server_default="[]"))
    op.drop_index("ix_message_conversation_id", "message")
    op.create_index("ix_message_in_order", "message", ["conversation_id", "id"])
    op.create_table(
        "conversation_record",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("transcript", Json, nullable=True),
        sa.Column("details", Json, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_index("ix_conversation_record_project_id", "conversation_record", ["project_id"])
    op.create_table(
        "conversation_index",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("num_numbered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "conversation_word",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id", "word", "block"),
    )
    op.create_table(
        "conversation_view",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", Json, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "name"),
    )
    op.create_index("ix_conversation_view_project_id", "conversation_view", ["project_id"])
    new = ("conversation_record", "conversation_index", "conversation_word", "conversation_view")
    protect(op, dict.fromkeys(new, of_project()))


def downgrade() -> None:
    for table in ("conversation_view", "conversation_word", "conversation_index", "conversation_record"):
        op.drop_table(table)
    op.drop_index("ix_message_in_order", "message")
    op.create_index("ix_message_conversation_id", "message", ["conversation_id"])
    for name in ("tool_calls", "tool_name"):
        op.drop_column("message", name)
    for name in INDICES:
        op.drop_index(name, "conversation")
    for column in reversed(new_columns()):
        op.drop_column("conversation", column.name)
