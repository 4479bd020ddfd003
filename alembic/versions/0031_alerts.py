"""alerts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def moments(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, UtcDateTime(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "alert",
        *texts("id", "project_id", "name", "measure", "comparison"),
        sa.Column("threshold", sa.Float(), nullable=False),
        *numbers("window_minutes", "min_count", "looks"),
        sa.Column("margin", sa.Float(), nullable=False),
        *numbers("quiet_minutes"),
        sa.Column("filters", Json, nullable=False),
        sa.Column("emails", Json, nullable=False),
        *texts("webhook_url", "sealed_secret"),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        *texts("state"),
        *numbers("streak"),
        *moments("since", "quiet_until", "muted_until", nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        *numbers("num_behind", "num_looks"),
        *moments("looked_at", nullable=True),
        *moments("next_look_at"),
        *texts("created_by"),
        *moments("created_at"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_project_id", "alert", ["project_id"])
    op.create_index("ix_alert_due", "alert", ["is_on", "next_look_at"])
    op.create_table(
        "alert_firing",
        *texts("id", "project_id", "alert_id"),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("value", "threshold")),
        *numbers("num_behind"),
        sa.Column("was_muted", sa.Boolean(), nullable=False),
        *moments("started_at"),
        *moments("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "alert_delivery",
        *texts("id", "project_id", "alert_id", "firing_id", "event", "way", "target"),
        sa.Column("content", Json, nullable=False),
        *texts("fate"),
        *numbers("num_tries"),
        *texts("error"),
        *moments("next_try_at", "created_at"),
        *moments("sent_at", nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_alert_delivery_due", "alert_delivery", ["fate", "next_try_at"])
    for table in ("alert_firing", "alert_delivery"):
        for column in ("project_id", "alert_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_alert_delivery_firing_id", "alert_delivery", ["firing_id"])
    protect(op, dict.fromkeys(("alert", "alert_firing", "alert_delivery"), of_project()))


def downgrade() -> None:
    for table in ("alert_delivery", "alert_firing", "alert"):
        op.drop_table(table)
