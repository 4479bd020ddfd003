"""prompts."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "prompt_playground",
    "prompt_approval",
    "prompt_protected_label",
    "prompt_label_move",
    "prompt_label",
    "prompt_version",
    "prompt",
)
PROJECT = (["project_id"], ["project.id"])
PROMPT = (["prompt_id"], ["prompt.id"])


def _prompts() -> None:
    op.create_table(
        "prompt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.Column("agent_config", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("total_runs", sa.Integer(), nullable=False),
        sa.Column("success_rate", sa.Float(), nullable=True),
        sa.Column("avg_duration", sa.Float(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "slug"),
    )
    op.create_index("ix_prompt_project_id", "prompt", ["project_id"], unique=False)
    op.create_table(
        "prompt_version",
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(*PROMPT),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.PrimaryKeyConstraint("prompt_id", "number"),
    )
    op.create_index("ix_prompt_version_project_id", "prompt_version", ["project_id"], unique=False)


def _labels() -> None:
    op.create_table(
        "prompt_label",
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("moved_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*PROMPT),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.PrimaryKeyConstraint("prompt_id", "name"),
    )
    op.create_index("ix_prompt_label_project_id", "prompt_label", ["project_id"], unique=False)
    op.create_table(
        "prompt_label_move",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("from_version", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("moved_by", sa.String(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*PROMPT),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_prompt_label_move_project_id", "prompt_label_move", ["project_id"], unique=False)
    op.create_index("ix_prompt_label_move_of_prompt", "prompt_label_move", ["prompt_id", "id"], unique=False)
    op.create_table(
        "prompt_protected_label",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("protected_at", UtcDateTime(), nullable=False),
        sa.Column("protected_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.PrimaryKeyConstraint("project_id", "name"),
    )
    op.create_table(
        "prompt_approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_version", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.ForeignKeyConstraint(*PROMPT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_prompt_approval_prompt_id", "prompt_approval", ["prompt_id"], unique=False)
    op.create_index("ix_prompt_approval_waiting", "prompt_approval", ["project_id", "state"], unique=False)


def upgrade() -> None:
    _prompts()
    _labels()
    op.create_table(
        "prompt_playground",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("prompt_id", sa.String(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(*PROJECT),
        sa.ForeignKeyConstraint(*PROMPT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_prompt_playground_project_id", "prompt_playground", ["project_id"], unique=False)
    op.create_index("ix_prompt_playground_prompt_id", "prompt_playground", ["prompt_id"], unique=False)
    protect(op, dict.fromkeys(TABLES, of_project()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
