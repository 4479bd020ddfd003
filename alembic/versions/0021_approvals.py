"""approvals."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "approval",
        *(_text(name) for name in ("id", "project_id", "run_id")),
        sa.Column("conversation_id", sa.String(), nullable=True),
        _text("node"),
        sa.Column("plate", sa.Integer(), nullable=False),
        *(_text(name) for name in ("title", "question", "note", "said")),
        sa.Column("value", Json, nullable=False),
        _text("value_hash"),
        sa.Column("citations", Json, nullable=False),
        _text("role"),
        sa.Column("second_person", sa.Boolean(), nullable=False),
        *(_text(name) for name in ("on_limit", "state")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        *(_text(name) for name in ("decided_by", "decided_by_id")),
        sa.Column("decided_value", Json, nullable=False),
        _text("comment"),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_id", "node", "value_hash"),
    )
    op.create_index("ix_approval_open", "approval", ["state", "ends_at"])
    op.create_index("ix_approval_of_project", "approval", ["project_id", "state", "decided_at"])
    op.create_index("ix_approval_conversation_id", "approval", ["conversation_id"])
    protect(op, {"approval": of_project()})


def downgrade() -> None:
    op.drop_table("approval")
