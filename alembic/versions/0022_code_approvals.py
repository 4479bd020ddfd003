"""who lets code run that scores."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime
from backend.row_security import of_project, protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "code_approval",
        *(_text(name) for name in ("id", "project_id", "fingerprint", "code", "name")),
        *(_text(name) for name in ("experiment_id", "experiment_name", "state")),
        *(_text(name) for name in ("asked_by", "asked_by_id", "asked_by_support_id")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        *(_text(name) for name in ("decided_by", "decided_by_id")),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        _text("reason"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_code_approval_text", "code_approval", ["project_id", "fingerprint"])
    protect(op, {"code_approval": of_project()})


def downgrade() -> None:
    op.drop_table("code_approval")
