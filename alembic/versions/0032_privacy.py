"""privacy."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime
from backend.row_security import of_project, protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
INDICES = (
    ("ix_conversation_person", "conversation", ["project_id", "person"]),
    ("ix_dataset_item_source", "dataset_item", ["project_id", "source_reference"]),
)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "privacy_job",
        *_text("id", "project_id", "kind", "state"),
        *_number("attempt"),
        *_text("person"),
        sa.Column("before", UtcDateTime(), nullable=True),
        *_number("num_total", "num_done"),
        *_text("asked_by", "asked_by_id"),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_privacy_job_newest", "privacy_job", ["project_id", "id"])
    op.create_index("ix_privacy_job_state", "privacy_job", ["state"])
    op.create_table(
        "retention",
        *_text("project_id"),
        *_number("days"),
        sa.Column("swept_at", UtcDateTime(), nullable=True),
        *_text("updated_by"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )
    for name, table, columns in INDICES:
        op.create_index(name, table, columns)
    protect(op, {"privacy_job": of_project(), "retention": of_project()})


def downgrade() -> None:
    for name, table, _ in INDICES:
        op.drop_index(name, table_name=table)
    op.drop_table("retention")
    op.drop_table("privacy_job")
