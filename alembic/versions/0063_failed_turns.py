"""whether any turn of a conversation failed, among what the filters of the log count."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

INDEX = "ix_conversation_counted"
BEFORE = ["project_id", "deleted_at", "flow_id", "flow_name", "state", "rating", "channel", "model", "prompt_name",
          "prompt_version", "task_completed", "satisfaction", "tags", "number", "id"]  # fmt: skip
EACH = "the log of every project says whether a turn failed"
# As the log counts it: an answer that failed, or what was said last.
FAILED = """
UPDATE conversation SET has_failed = TRUE WHERE state = 'failed'
OR id IN (SELECT conversation_id FROM message WHERE role = 'assistant' AND state = 'failed')
"""


def upgrade() -> None:
    op.add_column("conversation", sa.Column("has_failed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.get_bind().execute(sa.text(FAILED).execution_options(unscoped=EACH))
    op.drop_index(INDEX, "conversation")
    op.create_index(INDEX, "conversation", [*BEFORE[:5], "has_failed", *BEFORE[5:]])


def downgrade() -> None:
    op.drop_index(INDEX, "conversation")
    op.create_index(INDEX, "conversation", BEFORE)
    op.drop_column("conversation", "has_failed")
