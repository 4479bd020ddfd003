"""satisfaction among what the filters of the log count, in one index."""

from __future__ import annotations

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

INDEX = "ix_conversation_counted"
BEFORE = ["project_id", "deleted_at", "flow_id", "flow_name", "state", "rating", "channel", "model", "prompt_name",
          "prompt_version", "task_completed", "tags", "number", "id"]  # fmt: skip


def upgrade() -> None:
    op.drop_index(INDEX, "conversation")
    op.create_index(INDEX, "conversation", [*BEFORE[:-3], "satisfaction", *BEFORE[-3:]])


def downgrade() -> None:
    op.drop_index(INDEX, "conversation")
    op.create_index(INDEX, "conversation", BEFORE)
