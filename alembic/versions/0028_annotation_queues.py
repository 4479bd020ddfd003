"""annotation queues, their items and labels."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_project, protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = ("annotation_queue", "annotation_item", "annotation")


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _whole(column: str, table: str) -> sa.ForeignKeyConstraint:
    """Let a row go with what it is part of."""
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE")


def _of_project() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project_id"], ["project.id"])


def upgrade() -> None:
    op.create_table(
        "annotation_queue",
        *_texts("id", "project_id", "name", "instructions", "created_by"),
        sa.Column("configs", Json, nullable=False),
        sa.Column("people", Json, nullable=False),
        *_numbers("num_labels", "lock_minutes", "version"),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of_project(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "name"),
    )
    op.create_table(
        "annotation_item",
        *_texts("id", "project_id", "queue_id", "conversation_id", "message_id", "locked_by", "locked_by_name"),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        *_numbers("num_done"),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        _of_project(),
        _whole("queue_id", "annotation_queue"),
        _whole("conversation_id", "conversation"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("queue_id", "conversation_id", "message_id"),
    )
    op.create_table(
        "annotation",
        *_texts("item_id", "person_id", "project_id", "queue_id", "person_name", "state"),
        sa.Column("values", Json, nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("labelled_at", UtcDateTime(), nullable=False),
        _of_project(),
        _whole("item_id", "annotation_item"),
        _whole("queue_id", "annotation_queue"),
        sa.PrimaryKeyConstraint("item_id", "person_id"),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_project_id", table, ["project_id"])
    op.create_index("ix_annotation_item_conversation_id", "annotation_item", ["conversation_id"])
    op.create_index("ix_annotation_item_waiting", "annotation_item", ["queue_id", "is_done", "id"])
    op.create_index("ix_annotation_last", "annotation", ["queue_id", "person_id", "labelled_at"])
    protect(op, dict.fromkeys(TABLES, of_project()))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
