"""whom an item of a queue is assigned to, and which queues are closed."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("annotation_queue", sa.Column("closed_at", UtcDateTime(), nullable=True))
    for name in ("assigned_to", "assigned_name"):
        op.add_column("annotation_item", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_index("ix_annotation_item_assigned", "annotation_item", ["queue_id", "assigned_to", "is_done", "id"])


def downgrade() -> None:
    op.drop_index("ix_annotation_item_assigned", "annotation_item")
    for name in ("assigned_name", "assigned_to"):
        op.drop_column("annotation_item", name)
    op.drop_column("annotation_queue", "closed_at")
