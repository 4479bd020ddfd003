"""demo."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demo",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("knowledge_base_id", sa.String(), nullable=False),
        sa.Column("document_ids", Json, nullable=False),
        sa.Column("flow_id", sa.String(), nullable=False),
        sa.Column("conversation_ids", Json, nullable=False),
        sa.Column("seeded_at", UtcDateTime(), nullable=True),
        sa.Column("hidden_at", UtcDateTime(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=True),
        sa.Column("connected_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )


def downgrade() -> None:
    op.drop_table("demo")
