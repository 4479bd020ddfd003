"""the last answers to a row of a dataset, in an index."""

from __future__ import annotations

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_experiment_cell_item", "experiment_cell", ["item_id", "experiment_id"])


def downgrade() -> None:
    op.drop_index("ix_experiment_cell_item", "experiment_cell")
