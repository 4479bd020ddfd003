"""whether any call of a tool failed in a conversation, among what the filters of the log count; of those before too."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

EACH = "the log of every project says whether a call of a tool failed"
AT_ONCE = 1_000
INDEX, MEASURED, COLUMN = "ix_conversation_failed_tool", "ix_conversation_measured", "has_failed_tool"
COUNTED = ["project_id", "deleted_at", "mix", "number", "id", "num_turns", "latency_ms", "cost", "tokens_in",
           "tokens_out", "duration", "started_at", "last_message_at"]  # fmt: skip
BETWEEN = "\x1f"
BEFORE = [
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
]
AFTER = [*BEFORE, "CASE WHEN has_failed_tool THEN '1' ELSE '' END"]
# What a tool gave back, as a trace tells it, and the calls that stand at an answer.
RESULTS = """
UPDATE conversation SET has_failed_tool = TRUE
WHERE id IN (SELECT conversation_id FROM message WHERE role = 'tool' AND state = 'failed')
"""
CALLS = """
SELECT id, conversation_id, tool_calls FROM message
WHERE id > :after AND CAST(tool_calls AS VARCHAR) LIKE '%"failed": true%' ORDER BY id LIMIT :most
"""
MARK = "UPDATE conversation SET has_failed_tool = TRUE WHERE id IN :ids"


def upgrade() -> None:
    drop_mix()
    op.add_column("conversation", sa.Column(COLUMN, sa.Boolean(), nullable=False, server_default=sa.false()))
    mark_each()
    make_mix(AFTER)
    is_kept = "has_failed_tool IS 1" if is_sqlite() else "has_failed_tool IS true"
    rows = sa.text(f"{is_kept} AND deleted_at IS NULL")
    order = ["project_id", "last_message_at", "id"]
    op.create_index(INDEX, "conversation", order, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    op.drop_index(INDEX, "conversation")
    drop_mix()
    op.drop_column("conversation", COLUMN)
    make_mix(BEFORE)


def mark_each() -> None:
    """Set it where it is so; the calls of a long log are read some at a time."""
    connection, after = op.get_bind(), ""
    connection.execute(sa.text(RESULTS).execution_options(unscoped=EACH))
    some = sa.text(CALLS).execution_options(unscoped=EACH)
    mark = sa.text(MARK).bindparams(sa.bindparam("ids", expanding=True)).execution_options(unscoped=EACH)
    while rows := connection.execute(some, {"after": after, "most": AT_ONCE}).all():
        after = rows[-1][0]
        if found := sorted({conversation_id for _, conversation_id, calls in rows if any_failed(calls)}):
            connection.execute(mark, {"ids": found})


def any_failed(calls: Any) -> bool:
    """Tell whether a call failed; that the word stands among what a tool was given says nothing of it."""
    calls = json.loads(calls) if isinstance(calls, str) else calls
    return any(isinstance(one, dict) and one.get("failed") is True for one in calls)


def drop_mix() -> None:
    if is_sqlite():
        op.drop_index(MEASURED, "conversation")
    op.drop_column("conversation", "mix")


def make_mix(parts: list[str]) -> None:
    # Postgres keeps it in the row, and compares it letter by letter; SQLite computes it for the index alone.
    kind, kept = ("VARCHAR", "VIRTUAL") if is_sqlite() else ('VARCHAR COLLATE "C"', "STORED")
    mix = f" || '{BETWEEN}' || ".join(parts)
    op.execute(f"ALTER TABLE conversation ADD COLUMN mix {kind} GENERATED ALWAYS AS ({mix}) {kept}")
    if is_sqlite():
        op.create_index(MEASURED, "conversation", COUNTED)


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
