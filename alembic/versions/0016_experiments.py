"""experiments."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, Money, UtcDateTime
from backend.row_security import of_project, protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "experiment",
        *(_text(name) for name in ("id", "project_id", "name", "status", "wish")),
        _number("attempt"),
        _text("dataset_id"),
        _text("dataset_name"),
        _number("dataset_version"),
        sa.Column("definition", Json, nullable=False),
        sa.Column("pinned", Json, nullable=False),
        _text("baseline"),
        _number("concurrency"),
        sa.Column("budget", Money(), nullable=True),
        *(_number(name) for name in ("num_rows", "num_cells", "num_made")),
        *(_text(name) for name in ("error", "hint", "decided")),
        *(_text(name) for name in ("created_by", "created_by_id", "started_by", "started_by_id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_experiment_newest", "experiment", ["project_id", "id"])
    op.create_index("ix_experiment_dataset_id", "experiment", ["dataset_id"])
    op.create_table(
        "experiment_cell",
        _text("experiment_id"),
        _number("number"),
        _text("project_id"),
        _number("row"),
        _text("item_id"),
        _number("variant"),
        _number("repetition"),
        _text("status"),
        _number("attempt"),
        _number("tries"),
        _text("output"),
        sa.Column("detail", Json, nullable=False),
        sa.Column("scores", Json, nullable=False),
        _text("error"),
        _text("run_id"),
        _number("tokens_in"),
        _number("tokens_out"),
        sa.Column("cost", Money(), nullable=False),
        sa.Column("judge_cost", Money(), nullable=False),
        sa.Column("latency_ms", sa.Float(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["experiment_id"], ["experiment.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("experiment_id", "number"),
    )
    op.create_index("ix_experiment_cell_status", "experiment_cell", ["experiment_id", "status"])
    op.create_index("ix_experiment_cell_project_id", "experiment_cell", ["project_id"])
    op.create_table(
        "publish_requirement",
        *(_text(name) for name in ("project_id", "kind", "subject_id", "dataset_id", "dataset_name", "created_by")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id", "kind", "subject_id"),
    )
    protect(op, dict.fromkeys(("experiment", "experiment_cell", "publish_requirement"), of_project()))


def downgrade() -> None:
    op.drop_table("publish_requirement")
    op.drop_table("experiment_cell")
    op.drop_table("experiment")
