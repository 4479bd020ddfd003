"""the mix of what the filters of the log count among, in a column that the database keeps."""

from __future__ import annotations

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

COUNTED, MEASURED = "ix_conversation_counted", "ix_conversation_measured"
BEFORE = ["project_id", "deleted_at", "flow_id", "flow_name", "state", "has_failed", "rating", "channel", "model",
          "prompt_name", "prompt_version", "task_completed", "satisfaction", "tags", "version", "number",
          "id"]  # fmt: skip
AFTER = ["project_id", "deleted_at", "mix", "number", "id"]
MEASURES = ["num_turns", "latency_ms", "cost", "tokens_in", "tokens_out", "duration", "started_at", "last_message_at"]
BETWEEN = "\x1f"
MIX = f" || '{BETWEEN}' || ".join(
    (
        f"replace(flow_id, '{BETWEEN}', ' ')",
        f"replace(flow_name, '{BETWEEN}', ' ')",
        f"replace(state, '{BETWEEN}', ' ')",
        "CASE WHEN has_failed THEN '1' ELSE '' END",
        f"replace(rating, '{BETWEEN}', ' ')",
        f"replace(channel, '{BETWEEN}', ' ')",
        f"replace(model, '{BETWEEN}', ' ')",
        f"replace(prompt_name, '{BETWEEN}', ' ')",
        "coalesce(CAST(prompt_version AS VARCHAR), '')",
        "CASE WHEN task_completed IS NULL THEN '' WHEN task_completed THEN '1' ELSE '0' END",
        "coalesce(CAST(satisfaction AS VARCHAR), '')",
        f"replace(tags, '{BETWEEN}', ' ')",
        "coalesce(CAST(version AS VARCHAR), '')",
    )
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    # Postgres keeps it in the row, and compares it letter by letter; SQLite computes it for the index alone.
    kind, kept = ("VARCHAR", "VIRTUAL") if is_sqlite else ('VARCHAR COLLATE "C"', "STORED")
    drop_counted(is_sqlite=is_sqlite)
    op.execute(f"ALTER TABLE conversation ADD COLUMN mix {kind} GENERATED ALWAYS AS ({MIX}) {kept}")
    make_counted(AFTER, is_sqlite=is_sqlite)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    drop_counted(is_sqlite=is_sqlite)
    op.drop_column("conversation", "mix")
    make_counted(BEFORE, is_sqlite=is_sqlite)


def drop_counted(*, is_sqlite: bool) -> None:
    op.drop_index(MEASURED if is_sqlite else COUNTED, "conversation")


def make_counted(columns: list[str], *, is_sqlite: bool) -> None:
    if is_sqlite:
        op.create_index(MEASURED, "conversation", [*columns, *MEASURES])
    else:
        op.create_index(COUNTED, "conversation", columns)
