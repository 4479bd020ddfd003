"""masking."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, Sealed, UtcDateTime
from backend.row_security import of_project, protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
TABLES = ("masking", "masked_value", "mask_count")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "masking",
        *_text("project_id"),
        *(sa.Column(name, Json, nullable=False) for name in ("kinds", "patterns", "regions")),
        *_text("salt", "updated_by"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "masked_value",
        *_text("id", "project_id", "scope", "kind", "digest"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_text("run_id"),
        sa.Column("sealed", Sealed(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "scope", "kind", "digest"),
    )
    op.create_index("ix_masked_value_run_id", "masked_value", ["run_id"])
    op.create_table(
        "mask_count",
        *_text("project_id", "day", "way", "kind"),
        sa.Column("num", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id", "day", "way", "kind"),
    )
    protect(op, {table: of_project() for table in TABLES})


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
