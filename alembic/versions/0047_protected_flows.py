"""flows that a second person lets out, and the wishes to publish them."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime
from backend.row_security import of_project, protect

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

WORDS = ("id", "project_id", "flow_id", "snapshot_id", "fingerprint", "state", "comment", "asked_by", "asked_by_id",
         "asked_by_support_id", "decided_by", "reason")  # fmt: skip


def upgrade() -> None:
    op.add_column("flow", sa.Column("is_protected", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("flow_version", sa.Column("approved_by", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "publish_approval",
        *(sa.Column(name, sa.String(), nullable=False) for name in WORDS),
        sa.Column("from_version", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_publish_approval_flow_id", "publish_approval", ["flow_id"], unique=False)
    op.create_index("ix_publish_approval_waiting", "publish_approval", ["project_id", "state"], unique=False)
    protect(op, {"publish_approval": of_project()})


def downgrade() -> None:
    op.drop_table("publish_approval")
    op.drop_column("flow_version", "approved_by")
    op.drop_column("flow", "is_protected")
