"""versions of flows among what the filters of the log count, and on SQLite what ranges are of, in one index."""

from __future__ import annotations

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

COUNTED, MEASURED = "ix_conversation_counted", "ix_conversation_measured"
BEFORE = ["project_id", "deleted_at", "flow_id", "flow_name", "state", "has_failed", "rating", "channel", "model",
          "prompt_name", "prompt_version", "task_completed", "satisfaction", "tags", "number", "id"]  # fmt: skip
AFTER = [*BEFORE[:-2], "version", *BEFORE[-2:]]
MEASURES = ["num_turns", "latency_ms", "cost", "tokens_in", "tokens_out", "duration", "started_at", "last_message_at"]


def upgrade() -> None:
    op.drop_index(COUNTED, "conversation")
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(MEASURED, "conversation", [*AFTER, *MEASURES])
    else:
        op.create_index(COUNTED, "conversation", AFTER)


def downgrade() -> None:
    op.drop_index(MEASURED if op.get_bind().dialect.name == "sqlite" else COUNTED, "conversation")
    op.create_index(COUNTED, "conversation", BEFORE)
