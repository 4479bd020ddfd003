"""what a label counts, in indices."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INDICES = (
    ("ix_annotation_item_held", "annotation_item", ["queue_id", "locked_by"]),
    ("ix_annotation_item_counted", "annotation_item", ["project_id", "queue_id", "is_done"]),
    ("ix_annotation_counted", "annotation", ["project_id", "queue_id", "person_id", "state"]),
)


def upgrade() -> None:
    for name, table, columns in INDICES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in INDICES:
        op.drop_index(name, table)
