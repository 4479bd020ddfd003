"""live tests."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

RUNNING = sa.text("state = 'running'")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "live_test",
        *(_text(name) for name in ("id", "project_id", "prompt_id", "prompt_name", "label")),
        sa.Column("arms", Json, nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=False),
        _text("metric"),
        sa.Column("margin", sa.Float(), nullable=False),
        *(_text(name) for name in ("guardrail", "state", "reason", "started_by", "started_by_id")),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        _text("ended_by"),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompt.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_live_test_running",
        "live_test",
        ["prompt_id", "label"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_index("ix_live_test_project_id", "live_test", ["project_id"])
    op.create_index("ix_live_test_prompt_id", "live_test", ["prompt_id"])
    op.create_table(
        "live_test_seat",
        *(_text(name) for name in ("live_test_id", "run_id", "project_id")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["live_test_id"], ["live_test.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("live_test_id", "run_id"),
    )
    op.create_index("ix_live_test_seat_project_id", "live_test_seat", ["project_id"])
    protect(op, dict.fromkeys(("live_test", "live_test_seat"), of_project()))


def downgrade() -> None:
    op.drop_table("live_test_seat")
    op.drop_table("live_test")
